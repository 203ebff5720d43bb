// Package lab holds what the registry records and its rules: samples, analyses,
// findings and publications, the moves of their lives, the roles and outcomes
// that follow from them, exact amounts and prices, sample numbers and lookup
// codes. It knows no database, no HTTP and no clock; the current time is always
// an argument.
package lab
