// Package credential makes and checks what people log in with: passwords, tokens,
// second factors and recovery codes. It keeps nothing: a password is stored as its
// argon2id hash, a token and a recovery code as their SHA-256, and the secret of a
// second factor sealed under a key that is not in the database.
package credential
