package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"marquis/internal/archive"
	"marquis/internal/keyring"
	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/work"
)

// backupFlags are what was typed of a backup.
type backupFlags struct {
	recipients, keysRecipients []string
	keys                       string
	plain, together            bool
	prove, verbose             bool
	scratch                    string
	keep                       int
}

func (p *program) backupCommand() *cobra.Command {
	var f backupFlags
	backup := &cobra.Command{
		Use:   "backup FILE",
		Short: "Write a backup of the registry, and of its key ring, while it is in use",
		Long: "Writes all that the registry holds as of now into one file, while the server goes on, and its key ring\n" +
			"into another. Both are encrypted with age (age-encryption.org): age-keygen makes an identity, which you\n" +
			"keep away from this machine, and prints its recipient (age1…), which you give here. Keep the two files\n" +
			"apart: together they open every result. Where FILE or the file of --keys is a folder, the time of the\n" +
			"backup is its name there. A file that is there already is never replaced.\n\n" +
			"With --prove the backup is restored into a folder within the data folder, or within that of --scratch,\n" +
			"and verified there before it gets its name; that folder needs room for the registry as a SQLite file,\n" +
			"which lies there unencrypted meanwhile. Only such a backup counts as proven.",
		Example: "  marquis backup /mnt/backup --recipient age1… --keys /mnt/keys --keys-recipient age1… --prove --keep 30\n" +
			"  marquis backup copy.tar.gz --plain --keys keys-copy.json --together",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.openThere(cmd.Context(), func(s *store.Store) error { return p.backUp(cmd.Context(), s, args[0], f) })
		},
	}
	flags := backup.Flags()
	flags.StringArrayVar(&f.recipients, "recipient", nil, "age recipient who can open the backup; may be given again")
	flags.StringVar(&f.keys, "keys", "", "file or folder for the copy of the key ring, without which no code opens")
	flags.StringArrayVar(&f.keysRecipients, "keys-recipient", nil, "age recipient who can open the copy of the key ring, another one")
	flags.BoolVar(&f.plain, "plain", false, "encrypt nothing that has no recipient")
	flags.BoolVar(&f.together, "together", false, "put both files in one folder, or encrypt both to one recipient")
	flags.BoolVar(&f.prove, "prove", false, "restore the backup aside and verify it before it gets its name")
	flags.StringVar(&f.scratch, "scratch", "", "folder in which --prove restores the backup, unencrypted (default: the data folder)")
	flags.BoolVar(&f.verbose, "verbose", false, "say each table as it begins")
	flags.IntVar(&f.keep, "keep", 0, "once it is proven, remove from both folders all but so many of the newest; they hold the backups of this registry alone")
	return backup
}

func (p *program) backUp(ctx context.Context, s *store.Store, file string, f backupFlags) error {
	plan, err := p.backupPlan(file, f)
	if err != nil {
		return err
	}
	done, err := work.BackUp(ctx, s, lab.Operator("backup"), plan)
	written := errors.Is(err, work.ErrUnnoted) || errors.Is(err, work.ErrUnrestorable)
	if err != nil && !written {
		return unlessStopped(ctx, err)
	}
	fmt.Fprintf(p.stdout, "%s: %d samples as of %s, %d kB\ndigest %s\n", plan.File, done.Samples, done.MadeAt, (done.Bytes+1023)/1024, done.Digest)
	if plan.Keys == nil {
		fmt.Fprintln(p.stderr, "marquis: the key ring was not backed up: without it no lookup code and no authenticator of this backup opens, and it does not count as a backup; give --keys FILE")
	} else {
		fmt.Fprintf(p.stdout, "%s: the key ring, which the backup needs\n", plan.KeyFile)
	}
	if plan.Prove {
		fmt.Fprintf(p.stdout, "proven: %s\n", verifiedText(done.Proven))
	}
	if err != nil {
		return err
	}
	return p.thinOut(plan, f)
}

// verifiedText tells what was looked at.
func verifiedText(v work.Verified) string {
	text := fmt.Sprintf("%d events of the trail, %d analyses that it tells of, the facts of %d samples, %d of %d codes, all as they should be", v.Events, v.Analyses, v.Samples-v.Before, v.Codes.Tried, v.Codes.All)
	if v.Before > 0 {
		text += fmt.Sprintf("\nthe facts of %d samples are as the definitions of before made them: marquis serve counts them anew, and marquis reclassify at once", v.Before)
	}
	return text
}

// backupPlan reads what was typed, and refuses what would be no backup.
func (p *program) backupPlan(file string, f backupFlags) (plan work.BackupPlan, err error) {
	plan = work.BackupPlan{Prove: f.prove, Scratch: cmp.Or(f.scratch, p.config.Data), Program: "marquis " + fullVersion(), Now: p.now, Told: p.steps(f.verbose)}
	if f.scratch != "" && !f.prove {
		return plan, usageError{errors.New("--scratch is where --prove restores the backup: give --prove too")}
	}
	if plan.For, err = recipients(f.recipients); err != nil {
		return plan, err
	}
	if plan.KeysFor, err = recipients(f.keysRecipients); err != nil {
		return plan, err
	}
	named := p.now().UTC().Format(backupTime)
	plan.File = inFolder(file, "marquis-"+named+".tar.gz"+sealedSuffix(f.recipients))
	plan.KeyFile = inFolder(f.keys, "marquis-keys-"+named+".json"+sealedSuffix(f.keysRecipients))
	if err := p.checkBackup(file, plan, f); err != nil {
		return plan, err
	}
	if f.keys != "" {
		plan.Keys, err = keyring.Open(p.config.Keys, false)
	}
	return plan, err
}

// backupTime is the time of a backup in its name.
const backupTime = "20060102T150405Z"

func sealedSuffix(recipients []string) string {
	if len(recipients) == 0 {
		return ""
	}
	return ".age"
}

// inFolder is a file of the name where the place is a folder, else the place.
func inFolder(place, name string) string {
	if info, err := os.Stat(place); err == nil && info.IsDir() {
		return filepath.Join(place, name)
	}
	return place
}

func recipients(texts []string) (list []archive.Recipient, err error) {
	for _, text := range texts {
		r, err := archive.ParseRecipient(text)
		if err != nil {
			return nil, usageError{err}
		}
		list = append(list, r)
	}
	return list, nil
}

// checkBackup refuses, before anything is written, a backup that would be lost with the
// registry, or would say all to whoever finds it.
func (p *program) checkBackup(file string, plan work.BackupPlan, f backupFlags) error {
	wrong := func(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }
	for _, path := range []string{plan.File, plan.KeyFile} {
		if path != "" && isWithin(path, p.config.Data) {
			return wrong("%s is in the data folder: it would be lost with it; give a place on another disk", path)
		}
	}
	switch {
	case len(plan.For) == 0 && !f.plain:
		return wrong("say who can open the backup: --recipient age1… (age-keygen makes one), or --plain if everybody who has the file may read all of it")
	case f.keys == "" && len(f.keysRecipients) > 0:
		return wrong("--keys-recipient is for the copy of the key ring; say where it goes: --keys FILE")
	case f.keys != "" && len(plan.KeysFor) == 0 && !f.plain:
		return wrong("say who can open the copy of the key ring: --keys-recipient age1…, or --plain")
	case f.keep < 0:
		return wrong("--keep is a number of backups")
	case f.keep > 0 && (!f.prove || plan.File == file):
		return wrong("--keep removes older backups from a folder once the newest is proven: give a folder, and --prove")
	case f.keys == "" || f.together:
		return nil
	case isWithin(plan.KeyFile, filepath.Dir(plan.File)) || isWithin(plan.File, filepath.Dir(plan.KeyFile)):
		return wrong("the key ring and the backup open every result together: give --keys another folder, or --together if you keep them apart afterwards")
	case slices.ContainsFunc(f.recipients, func(r string) bool { return slices.Contains(f.keysRecipients, r) }):
		return wrong("one recipient could open both the backup and the key ring: give --keys-recipient another one, or --together")
	}
	return nil
}

// isWithin tells that a path, whose file need not be there, lies in a folder or below it.
func isWithin(path, folder string) bool {
	path, folder = realPath(filepath.Dir(path)), realPath(folder)
	between, err := filepath.Rel(folder, path)
	return err == nil && between != ".." && !strings.HasPrefix(between, ".."+string(filepath.Separator))
}

func realPath(path string) string {
	whole, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	if real, err := filepath.EvalSymlinks(whole); err == nil {
		return real
	}
	return whole
}

// steps tells what is being done: on a terminal in one line, and where it was asked for in
// a line each.
func (p *program) steps(verbose bool) func(step string) {
	bar := p.progress("")
	return func(step string) {
		switch {
		case verbose:
			fmt.Fprintln(p.stderr, step)
		case bar.terminal:
			fmt.Fprintf(p.stderr, "\r%-40s\r", step)
		}
	}
}

// thinOut removes the older backups of folders, and never the one that was just made,
// whatever the clock says.
func (p *program) thinOut(plan work.BackupPlan, f backupFlags) error {
	if f.keep == 0 {
		return nil
	}
	err := thinFolder(plan.File, "marquis-????????T??????Z.tar.gz", f.keep)
	if plan.Keys == nil {
		return err
	}
	return errors.Join(err, thinFolder(plan.KeyFile, "marquis-keys-????????T??????Z.json", f.keep))
}

// thinFolder removes from the folder of a backup the files like it, which a pattern finds
// with and without the end of what is encrypted, but for it and the last by name.
func thinFolder(made, pattern string, keep int) error {
	var others []string
	for _, end := range []string{"", ".age"} {
		found, err := filepath.Glob(filepath.Join(filepath.Dir(made), pattern+end))
		if err != nil {
			return err
		}
		others = append(others, slices.DeleteFunc(found, func(path string) bool { return path == made })...)
	}
	slices.Sort(others)
	var err error
	for _, old := range others[:max(0, len(others)-keep+1)] {
		err = errors.Join(err, os.Remove(old))
	}
	return err
}
