package main

import (
	"io/fs"
	"os"
	"path"
	"runtime/debug"
	"strconv"
	"strings"
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
