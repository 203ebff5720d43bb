package main

import (
	"io/fs"
	"os"
	"path"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"strings"
	"sync/atomic"
)

// heapShare is the part of the memory that the program is given which the garbage
// collector keeps to, in percent. The rest is for what it does not see, such as
// SQLite's pages.
const heapShare = 75

// limitMemory has garbage collected in time for the program to keep to the memory
// that it is given: by GOMEMLIMIT, which the runtime has read by itself, else by
// setting, in bytes, else by the control group that it runs in. It changes nothing
// where there is no limit.
func limitMemory(setting int64) {
	if os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	limit := setting
	if limit == 0 {
		limit = controlGroupMemory(os.DirFS("/"))
	}
	if limit > 0 {
		debug.SetMemoryLimit(limit / 100 * heapShare)
	}
}

// How much garbage an import lets lie: what is read of a row is gone with it, so that there is much
// beside little that stays. By the runtime's own measure, as much as stays, it would be collected
// every few milliseconds, for a fifth of the whole work.
const (
	garbageLeast   = 48 << 20 // bytes
	garbagePercent = 35       // of what stays, where that is more
)

// collectLess has garbage collected as an import needs it, until the end is called. A limit of the
// memory goes before it.
func collectLess() (end func()) {
	before := debug.SetGCPercent(garbagePercent)
	var ended atomic.Bool
	stays := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	after := func() {
		metrics.Read(stays)
		debug.SetGCPercent(max(garbagePercent, int(garbageLeast*100/max(stays[0].Value.Uint64(), 1<<20))))
	}
	type sign struct{ _ *bool } // what has no pointer may be collected late
	var eachTime func(*sign)
	eachTime = func(sign *sign) { // nothing holds it: the next collection finds it
		if !ended.Load() {
			after()
			runtime.SetFinalizer(sign, eachTime)
		}
	}
	after()
	runtime.SetFinalizer(new(sign), eachTime)
	return func() {
		ended.Store(true)
		debug.SetGCPercent(before)
	}
}

// Where the kernel tells of control groups.
const (
	ownGroups   = "proc/self/cgroup"
	groupFolder = "sys/fs/cgroup"
)

// controlGroupMemory is the least memory, in bytes, that a control group of this
// process or one around it allows; 0 where none limits it. Both versions are read.
func controlGroupMemory(root fs.FS) (least int64) {
	text, err := fs.ReadFile(root, ownGroups)
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3) // number:controllers:path
		if len(parts) != 3 {
			continue
		}
		switch {
		case parts[1] == "":
			least = lesser(least, leastOf(root, groupFolder, parts[2], "memory.max"))
		case strings.Contains(","+parts[1]+",", ",memory,"):
			least = lesser(least, leastOf(root, groupFolder+"/memory", parts[2], "memory.limit_in_bytes"))
		}
	}
	return least
}

// leastOf reads the limit of a group and of those around it. In a container the path
// may not be there: then the folder itself is the group.
func leastOf(root fs.FS, folder, group, file string) (least int64) {
	for at := path.Join("/", group); ; at = path.Dir(at) {
		if text, err := fs.ReadFile(root, path.Join(folder, at, file)); err == nil {
			least = lesser(least, limitIn(string(text)))
		}
		if at == "/" {
			return least
		}
	}
}

// unlimited is from where on a number of bytes stands for no limit: version 1 tells
// the largest that a page counts.
const unlimited = 1 << 60

func limitIn(text string) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64) // "max" is none
	if err != nil || n <= 0 || n >= unlimited {
		return 0
	}
	return n
}

// lesser is the lesser of two limits, of which 0 is none.
func lesser(a, b int64) int64 {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}
