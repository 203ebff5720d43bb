package store

import "marquis/internal/lab"

// factorFailure counts the wrong codes of an authenticator that a user gave at an
// instant.
type factorFailure struct {
	UserID   lab.Optional `gorm:"primaryKey;autoIncrement:false"`
	FailedAt lab.Instant  `gorm:"primaryKey"`
	N        int
}

// device is one on which a user has signed in in full. It holds the token.
type device struct {
	TokenHash   string `gorm:"primaryKey"`
	UserID      lab.Optional
	NetworkHash string // of the network from which it last did so
	MadeAt      lab.Instant
	SeenAt      lab.Instant
}

// signInFailure counts the failures of an hour to sign in as a user, or under a login
// that nobody has.
type signInFailure struct {
	UserID      lab.Optional `gorm:"primaryKey;autoIncrement:false"` // zero: of a login that nobody has
	LoginHash   string       `gorm:"primaryKey"`                     // empty: of a user
	Hour        lab.Instant  `gorm:"primaryKey"`
	NetworkHash string       `gorm:"primaryKey"`
	N           int
}
