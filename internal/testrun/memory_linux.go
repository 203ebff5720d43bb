package main

import (
	"os/exec"
	"syscall"
)

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

// removedAtTheEnd has a shell remove a folder when remove is called, or when this process
// ends in whatever way: only this process holds the pipe open from which the shell reads.
// A server that ends at the same time may still write there.
func removedAtTheEnd(folder string) (remove func(), err error) {
	shell := exec.Command("/bin/sh", "-c", `cat >/dev/null; until rm -rf "$1" 2>/dev/null; do sleep 0.1; done`, "sh", folder)
	shell.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // an interrupt from the keyboard is not for it
	pipe, err := shell.StdinPipe()
	if err != nil {
		return nil, err
	}
	return func() {
		_ = pipe.Close()
		_ = shell.Wait()
	}, shell.Start()
}
