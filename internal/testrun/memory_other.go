//go:build !linux

package main

import "errors"

const (
	memory = "" // no file system is known to be in memory
	needed = 1
)

func room(string) int64 { return 0 }

func removedAtTheEnd(string) (func(), error) { return nil, errors.ErrUnsupported }
