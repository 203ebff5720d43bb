// Package statistics turns the facts of samples into figures. A Fold counts the
// facts of any set of samples, folds merge, and Compute makes of a fold the
// figures of a year. Everything is counted in integers and every printed number
// is the nearest float64 to an exact value, or follows from such numbers by one
// fixed formula, so that neither the order of the samples nor the way they were
// split into folds can change a digit.
//
// Definitions says of each figure what is counted, of what, and what it does not
// tell. Tables is the closed list of what the public sees of the figures, under
// disclosure control.
package statistics
