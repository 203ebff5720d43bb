//go:build unix

package pgtest

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// supported tells that servers can be started here.
const supported = true

// A socket's path may hold 107 bytes on Linux and 103 elsewhere.
const (
	longestSocketPath = 103
	socketName        = ".s.PGSQL.5432"
)

// guard is a shell script that runs the server: a folder, the signal that ends the
// server, then a command with its arguments. It reads from a pipe that only the
// test process holds open: when that process stops the server, or ends in whatever
// way, a panic and SIGKILL included, reading ends, the server goes, and the folder
// with it.
//
// A shell starts what runs in the background with SIGQUIT and SIGINT ignored, until
// PostgreSQL sets its own handlers; hence the repetition.
const guard = `
folder=$1 signal=$2
shift 2
exec 3<&0
"$@" 3<&- </dev/null &
server=$!
{
	read -r _ <&3
	trap "" TERM
	while kill "-$signal" "$server"; do sleep 0.1; done
} 2>/dev/null &
watch=$!
exec 3<&-
wait "$server"
kill "$watch" 2>/dev/null # where it still reads: the server ended by itself
wait "$watch" 2>/dev/null
rm -rf "$folder"
`

// process is a running server in its own temporary folder, which holds the
// data, the socket and the log.
type process struct {
	folder string
	pipe   io.Closer     // held open as long as the server is wanted
	log    *os.File      // what server and guard said
	ended  chan struct{} // closed when the guard has ended, and the server before it
}

// launch prepares a folder and starts a server there from the programs in the
// folder programs.
func launch(programs string, k keeping) (*process, error) {
	account, err := serverAccount()
	if err != nil {
		return nil, err
	}
	folder, err := makeFolder(account)
	if err != nil {
		return nil, err
	}
	p, err := startIn(folder, programs, account, k)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	return p, nil
}

func startIn(folder, programs string, account *syscall.Credential, k keeping) (*process, error) {
	data, err := k.folder(folder, account)
	if err != nil {
		return nil, err
	}
	if err := initialise(folder, programs, data, account); err != nil {
		return nil, err
	}
	log, err := os.OpenFile(filepath.Join(folder, "log"), os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command("/bin/sh", append([]string{
		"-c", guard, "guard", folder, k.signal(),
		filepath.Join(programs, "postgres"),
		"-D", data, "-k", folder,
		"-c", "listen_addresses=",
		"-c", "port=5432", // names the socket only
		"-c", "max_connections=200",
		"-c", "timezone=Europe/Amsterdam",
	}, k.settings()...)...)
	cmd.Dir = folder
	cmd.Stdout, cmd.Stderr = log, log
	// Its own process group: an interrupt from the keyboard is for the test
	// process, and what that needs for its last words.
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: account, Setpgid: true}
	pipe, err := cmd.StdinPipe()
	if err != nil {
		return nil, errors.Join(err, log.Close())
	}
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(err, log.Close())
	}
	p := &process{folder: folder, pipe: pipe, log: log, ended: make(chan struct{})}
	go func() {
		_ = cmd.Wait() // how a killed server ended says nothing
		close(p.ended)
	}()
	return p, nil
}

// initialise makes the files of a server in the folder data, unless they are there.
func initialise(folder, programs, data string, account *syscall.Credential) error {
	if _, err := os.Stat(filepath.Join(data, "PG_VERSION")); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	initdb := exec.Command(filepath.Join(programs, "initdb"),
		"--pgdata="+data, "--username="+superuser, "--auth=trust",
		"--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
	initdb.Dir = folder
	initdb.SysProcAttr = &syscall.SysProcAttr{Credential: account}
	if output, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, output)
	}
	return nil
}

// folder returns where the data lie: in the folder that goes with the server, or
// where they stay, which is made for the server's account.
func (k keeping) folder(server string, account *syscall.Credential) (string, error) {
	if k.data == "" {
		return filepath.Join(server, "data"), nil
	}
	data, err := filepath.Abs(k.data)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(data, 0o700); err != nil || account == nil {
		return data, err
	}
	if err := openToOthers(filepath.Dir(data)); err != nil {
		return "", err
	}
	return data, os.Chown(data, int(account.Uid), int(account.Gid))
}

// signal is what ends the server: at once where nothing stays, else so that it
// writes down what it holds in memory.
func (k keeping) signal() string {
	if k.data == "" {
		return "QUIT"
	}
	return "INT"
}

// settings are those that make the server fast and unsafe, unless it is to be
// durable.
func (k keeping) settings() []string {
	if k.durable {
		return nil
	}
	return []string{"-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"}
}

// stop ends the server and returns when it and its folder are gone.
func (p *process) stop() {
	_ = p.pipe.Close() // already closed where the server ended by itself
	<-p.ended
	_ = p.log.Close()
	_ = os.RemoveAll(p.folder) // the guard may not remove the folder itself from every TMPDIR
}

// output returns what the server has said, also when its folder is gone.
func (p *process) output() string {
	text, err := io.ReadAll(io.NewSectionReader(p.log, 0, 1<<20))
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// serverAccount returns the account to run the server as: nil for our own, and
// another for root, as whom PostgreSQL refuses to run.
func serverAccount() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		u, err = user.Lookup("nobody")
	}
	if err != nil {
		return nil, fmt.Errorf("find an account for the server, which refuses to run as root: %w", err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

// makeFolder makes the server's folder where its account can reach it and the
// socket's path is short enough.
func makeFolder(account *syscall.Credential) (string, error) {
	var why error
	for _, parent := range []string{os.TempDir(), "/tmp"} {
		folder, err := makeFolderIn(parent, account)
		if err == nil {
			return folder, nil
		}
		why = errors.Join(why, err)
	}
	return "", why
}

func makeFolderIn(parent string, account *syscall.Credential) (string, error) {
	parent, err := filepath.Abs(parent)
	if err != nil {
		return "", err
	}
	if account != nil {
		if err := openToOthers(parent); err != nil {
			return "", err
		}
	}
	folder, err := os.MkdirTemp(parent, "marquis-pg-")
	if err != nil {
		return "", err
	}
	if len(filepath.Join(folder, socketName)) > longestSocketPath {
		return "", errors.Join(fmt.Errorf("%s is too long a path for a socket", folder), os.Remove(folder))
	}
	if account != nil {
		if err := os.Chown(folder, int(account.Uid), int(account.Gid)); err != nil {
			return "", errors.Join(err, os.Remove(folder))
		}
	}
	return folder, nil
}

// openToOthers returns an error unless every account may pass through folder
// and all folders above it.
func openToOthers(folder string) error {
	for {
		info, err := os.Stat(folder)
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o001 == 0 {
			return &fs.PathError{Op: "pass through as another account", Path: folder, Err: fs.ErrPermission}
		}
		if folder == filepath.Dir(folder) {
			return nil
		}
		folder = filepath.Dir(folder)
	}
}
