package archive

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"filippo.io/age"
)

// Recipient can open what was encrypted for it, with its identity.
type Recipient = age.Recipient

// Identity opens what was encrypted for its recipient.
type Identity = age.Identity

// ageHeader begins a file that is encrypted.
const ageHeader = "age-encryption.org/"

// ParseRecipient reads a recipient of age: age1….
func ParseRecipient(text string) (Recipient, error) {
	found, err := age.ParseRecipients(strings.NewReader(text))
	if err != nil || len(found) != 1 {
		return nil, fmt.Errorf("%q is not a recipient; one begins with age1, and age-keygen makes it", text)
	}
	return found[0], nil
}

// Identities reads a file of identities, as age-keygen writes it.
func Identities(path string) ([]Identity, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	found, err := age.ParseIdentities(file)
	if err != nil {
		return nil, fmt.Errorf("%s holds no identities, as age-keygen writes them: a line each that begins with AGE-SECRET-KEY-1", path)
	}
	return found, nil
}

// Passing returns a recipient and its identity, which nobody else has and which end with
// the process: with it, who encrypts for another can still read what was written.
func Passing() (Recipient, Identity, error) {
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return nil, nil, err
	}
	return identity.Recipient(), identity, nil
}

// Seal encrypts what is written for any of the recipients; with none it is written as it
// is. Closing it ends what was encrypted, and leaves out open.
func Seal(out io.Writer, to ...Recipient) (io.WriteCloser, error) {
	if len(to) == 0 {
		return open{out}, nil
	}
	return age.Encrypt(out, to...)
}

// open is written as it is.
type open struct{ io.Writer }

// Close does nothing.
func (open) Close() error { return nil }

// Unseal reads what Seal wrote, or refuses it with ErrSealed.
func Unseal(in io.Reader, identities ...Identity) (io.Reader, error) {
	buffered := bufio.NewReaderSize(in, bufferSize)
	start, err := buffered.Peek(len(ageHeader))
	if string(start) != ageHeader {
		return buffered, nil // what is shorter is not encrypted either
	}
	if err != nil {
		return nil, err
	}
	if len(identities) == 0 {
		return nil, ErrSealed
	}
	opened, err := age.Decrypt(buffered, identities...)
	var none *age.NoIdentityMatchError
	switch {
	case errors.As(err, &none):
		return nil, ErrSealed
	case err != nil:
		return nil, fmt.Errorf("%w (%w)", ErrChanged, err)
	}
	return sealedReader{opened}, nil
}

// sealedReader says what it means where what is encrypted cannot be read.
type sealedReader struct{ in io.Reader }

// Read reads what was encrypted.
func (r sealedReader) Read(p []byte) (int, error) {
	n, err := r.in.Read(p)
	switch {
	case err == nil, errors.Is(err, io.EOF):
		return n, err
	case errors.Is(err, io.ErrUnexpectedEOF):
		return n, fmt.Errorf("%w (%s)", ErrTorn, err.Error())
	}
	return n, fmt.Errorf("%w (%s)", ErrChanged, err.Error())
}
