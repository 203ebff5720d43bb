package credential

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"net/url"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"marquis/internal/lab"
)

// Parameters of RFC 6238 that every authenticator app knows.
const (
	totpSecretBytes = 20
	totpPeriod      = int64(lab.CodePeriod / time.Second)
	totpSkew        = 1 // steps that a clock may be off
)

var base32Text = base32.StdEncoding.WithPadding(base32.NoPadding)

// NewTOTP draws the secret of a second factor and returns it, in base 32, with the
// address that an authenticator app reads from a QR code.
func NewTOTP(issuer, account string) (secret, address string) {
	var random [totpSecretBytes]byte
	_, _ = rand.Read(random[:]) // crypto/rand.Read never returns an error
	secret = base32Text.EncodeToString(random[:])
	return secret, TOTPAddress(issuer, account, secret)
}

// TOTPAddress is what an authenticator app reads from a QR code to learn a secret.
func TOTPAddress(issuer, account, secret string) string {
	query := url.Values{"secret": {secret}, "issuer": {issuer}, "algorithm": {"SHA1"}, "digits": {"6"}, "period": {"30"}}
	u := url.URL{
		Scheme: "otpauth", Host: "totp", Path: "/" + issuer + ":" + account,
		RawQuery: strings.ReplaceAll(query.Encode(), "+", "%20"), // apps show a plus as it is
	}
	return u.String()
}

// CheckTOTP tells whether the code, as it was typed, is that of the secret at the
// given time, and returns the step that it was for. A step is used once: lastStep,
// and every one before it, is refused.
func CheckTOTP(secret, code string, at time.Time, lastStep int64) (step int64, ok bool) {
	typed := []byte(strings.Join(strings.Fields(code), ""))
	now := at.Unix() / totpPeriod
	for candidate := now - totpSkew; candidate <= now+totpSkew; candidate++ {
		want, err := totpCode(secret, candidate)
		if err == nil && subtle.ConstantTimeCompare([]byte(want), typed) == 1 && candidate > lastStep {
			step, ok = candidate, true
		}
	}
	return step, ok
}

// stepsAhead is by how many steps the last code that was used may be ahead of the
// clock before the clock is doubted.
const stepsAhead = 4

// StepAhead tells that the step of the last code that was used lies so far in the
// future that the clock was wrong, then or now: codes are refused until the clock has
// come to it.
func StepAhead(lastStep int64, now time.Time) bool {
	return lastStep > now.Unix()/totpPeriod+stepsAhead
}

// TOTP is the code that an authenticator with the secret shows at the given time.
func TOTP(secret string, at time.Time) (string, error) {
	return totpCode(secret, at.Unix()/totpPeriod)
}

func totpCode(secret string, step int64) (string, error) {
	return hotp.GenerateCodeCustom(secret, uint64(step), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
}
