// Package goals measures how fast the program is against the goals that are set
// for it: it makes a country's demo data on both databases, serves them, and puts
// each piece of work beside what it is compared with, in the same run. It holds
// tests only; docs/performance.md says how to run and to read it.
package goals
