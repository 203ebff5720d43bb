package credential

import (
	"crypto/sha256"
	"strings"
)

// demoPassword is what the passwords of demo logins begin with.
const demoPassword = "demo password of "

// DemoPassword is the password of a login in a registry of synthetic samples. It is
// public.
func DemoPassword(login string) string { return demoPassword + login }

// IsDemoPassword tells whether a password is one of a demo login, or is written so
// alike that it is guessed as soon. Only a registry of synthetic samples lets in by
// it.
func IsDemoPassword(password string) bool {
	return strings.HasPrefix(fold(password), fold(demoPassword))
}

// demoSecretBytes is how many bytes all demo secrets begin with alike; those that are
// drawn never do.
const demoSecretBytes = totpSecretBytes / 2

// DemoSecret is the secret of a login's second factor in a registry of synthetic
// samples, in base 32. It is public.
func DemoSecret(login string) string {
	secret := sha256.Sum256([]byte("demo second factor"))
	own := sha256.Sum256([]byte("demo second factor of " + login))
	copy(secret[demoSecretBytes:], own[:])
	return base32Text.EncodeToString(secret[:totpSecretBytes])
}

// IsDemoSecret tells whether a secret is that of a demo login. Only a registry of
// synthetic samples lets in by it.
func IsDemoSecret(secret string) bool {
	alike := base32Text.EncodedLen(demoSecretBytes)
	return strings.HasPrefix(secret, DemoSecret("")[:alike])
}
