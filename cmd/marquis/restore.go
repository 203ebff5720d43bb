package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"marquis/internal/archive"
	"marquis/internal/lab"
	"marquis/internal/store"
	"marquis/internal/work"
)

// restoreFlags are what was typed of a restore.
type restoreFlags struct {
	keys, identity, keysIdentity, series, grant, scratch string
	withoutKeys, synthetic, check, verbose               bool
}

func (p *program) restoreCommand() *cobra.Command {
	var f restoreFlags
	restore := &cobra.Command{
		Use:   "restore FILE",
		Short: "Restore a backup where there is no registry yet, or try it",
		Long: "Restores what marquis backup has written into an empty place: a data folder without a registry, or an\n" +
			"empty database of PostgreSQL, whichever of the two the backup is from. It reads the whole file first,\n" +
			"and refuses it before anything is written where it is torn, was changed, is of another schema or has\n" +
			"another key ring. The place ends up whole or empty.\n\n" +
			"With --check nothing is restored: the backup is restored into a folder beside FILE, verified and\n" +
			"removed again, and it is said whether it could be restored here.\n\n" +
			"Nobody is signed in or invited afterwards. Numbers go on in another series, with a letter (UTR-2026-A00001), since\n" +
			"what was registered after the backup has numbers of the present one. On PostgreSQL it is typed as the\n" +
			"owner of the tables.",
		Example: "  marquis restore backup.tar.gz.age --identity identity.txt --keys keys.json.age --keys-identity keys-identity.txt\n" +
			"  marquis restore backup.tar.gz.age --identity identity.txt --check",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return p.restore(cmd.Context(), args[0], f) },
	}
	flags := restore.Flags()
	flags.StringVar(&f.identity, "identity", "", "file with the age identity that opens the backup")
	flags.StringVar(&f.keys, "keys", "", "copy of the key ring that was written with the backup")
	flags.StringVar(&f.keysIdentity, "keys-identity", "", "file with the age identity that opens the copy of the key ring")
	flags.BoolVar(&f.withoutKeys, "without-keys", false, "restore although there is no key ring: no code and no authenticator opens then")
	flags.BoolVar(&f.synthetic, "synthetic", false, "restore a backup of a demo")
	flags.StringVar(&f.series, "series", "", "letter of the series in which numbers go on, where the next one was used already")
	flags.StringVar(&f.grant, "grant", "", "role of PostgreSQL that is to run the program, as in marquis migrate")
	flags.BoolVar(&f.check, "check", false, "restore nothing, but try whether the backup could be")
	flags.BoolVar(&f.verbose, "verbose", false, "say each table as it begins")
	flags.StringVar(&f.scratch, "scratch", "", "folder in which --check restores the backup, unencrypted (default: that of FILE)")
	return restore
}

func (p *program) restore(ctx context.Context, file string, f restoreFlags) error {
	plan, err := p.restorePlan(file, f)
	if err != nil {
		return err
	}
	if f.check {
		return p.tryRestore(ctx, plan, cmp.Or(f.scratch, filepath.Dir(file)))
	}
	if f.grant != "" {
		if err := store.MayGrant(ctx, p.place(), p.now, f.grant); err != nil {
			return err
		}
	}
	done, err := work.Restore(ctx, plan)
	if err != nil {
		return unlessStopped(ctx, p.adviseRestore(err))
	}
	fmt.Fprintf(p.stdout, "%s: %d samples as of %s, %d rows\ndigest %s\n", p.where(), done.Samples, done.MadeAt, done.Rows, done.Digest)
	p.tellLife(store.Life{Series: done.Series, CopiedAt: done.MadeAt, RestoredAt: lab.At(p.now())})
	if f.grant == "" {
		return nil
	}
	lines, err := store.MigrateAndGrant(ctx, p.place(), p.now, f.grant)
	for _, line := range lines {
		fmt.Fprintln(p.stdout, line)
	}
	return err
}

func (p *program) restorePlan(file string, f restoreFlags) (plan work.RestorePlan, err error) {
	if f.grant != "" && p.config.DatabaseURL == "" {
		return plan, usageError{errors.New("--grant is for PostgreSQL, whose address is not set: give --database-url, or leave --grant out for the SQLite file")}
	}
	plan = work.RestorePlan{
		Source: work.Source{File: file, KeyFile: f.keys}, Place: p.place(), Keys: p.config.Keys, WithoutKeys: f.withoutKeys, Synthetic: f.synthetic, Now: p.now,
		Told: p.steps(f.verbose),
	}
	var ok bool
	if plan.Series, ok = lab.SeriesOf(f.series); !ok {
		return plan, usageError{fmt.Errorf("--series is a letter from A to Z, or two such as AA, and %q is not", f.series)}
	}
	if plan.Opens, err = identities(f.identity); err != nil {
		return plan, err
	}
	plan.KeysOpens, err = identities(f.keysIdentity)
	return plan, err
}

func identities(path string) ([]archive.Identity, error) {
	if path == "" {
		return nil, nil
	}
	return archive.Identities(path)
}

// tryRestore proves a backup, and says whether it could be restored here.
func (p *program) tryRestore(ctx context.Context, plan work.RestorePlan, scratch string) error {
	m, v, err := work.Prove(ctx, plan.Source, scratch, p.now)
	if err != nil {
		return unlessStopped(ctx, p.adviseRestore(err))
	}
	fmt.Fprintf(p.stdout, "%s: %d samples as of %s, made by %s\ndigest %s\nproven: %s\n", plan.File, m.Samples, m.MadeAt, m.Program, m.Digest, verifiedText(v))
	if _, err := work.PlanRestore(ctx, plan); err != nil {
		fmt.Fprintf(p.stdout, "it is whole, but could not be restored here: %v\n", p.adviseRestore(err))
		return nil
	}
	fmt.Fprintln(p.stdout, "it could be restored here")
	return nil
}

// adviseRestore adds what to type.
func (p *program) adviseRestore(err error) error {
	switch {
	case errors.Is(err, store.ErrNotEmpty) && p.config.DatabaseURL != "":
		return fmt.Errorf("%w; stop the server, and give an empty database: createdb --owner=OWNER --encoding=UTF8 --locale=C.UTF-8 --template=template0 NAME", err)
	case errors.Is(err, store.ErrNotEmpty):
		return fmt.Errorf("%w; stop the server, and move what is there away, or give another folder with --data", err)
	case errors.Is(err, archive.ErrSealed):
		return fmt.Errorf("%w; give the file of the identity: --identity FILE for the backup, --keys-identity FILE for the key ring", err)
	case errors.Is(err, work.ErrNoKeys):
		return fmt.Errorf("%w; give the copy that was written with the backup: --keys FILE, or --without-keys if it is lost for good", err)
	case errors.Is(err, work.ErrSynthetic):
		return fmt.Errorf("%w; for a demo of its own type --synthetic", err)
	}
	return err
}
