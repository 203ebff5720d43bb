package main

import "syscall"

const (
	memory = "/dev/shm" // a file system in memory
	needed = 6 << 30    // bytes: a run of all tests takes less than half of it
)

// room is how many bytes a folder has room for.
func room(folder string) int64 {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(folder, &fs); err != nil {
		return 0
	}
	return int64(fs.Bavail) * fs.Bsize
}
