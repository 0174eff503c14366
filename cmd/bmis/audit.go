package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"

	"golang.org/x/mod/sumdb/note"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/config"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/auditlog"
)

type auditCommand struct {
	Verify auditVerify `cmd:"" help:"Verify the audit log and name the first entry that is wrong."`
	Head   auditHead   `cmd:"" help:"Print the newest signed checkpoint, for the shift report."`
	Key    auditKey    `cmd:"" help:"Print the public key that verifies a program's audit log."`
}

// Help is shown by bmis audit --help.
func (auditCommand) Help() string {
	return `A log that is whole in itself may still be an old or a rewritten one. Keep checkpoints elsewhere (the centre keeps those it
co-signed) and hand them to verify with --checkpoint, or give the centre's database with --witness.

Examples:

    bmis audit head --data-dir /var/lib/openbmis/station > head.txt
    bmis audit verify --data-dir /var/lib/openbmis/station --key station.pub --key central.pub --checkpoint head.txt`
}

// auditPlace says which database is meant.
type auditPlace struct {
	databasePlace
	DSN string `name:"dsn" placeholder:"DSN" help:"Database of the log, instead of a data directory's."`
}

// open opens the database for as long as use takes.
func (p auditPlace) open(ctx context.Context, a *app, conns int, use func(*postgres.DB) error) (err error) {
	database := config.Database{DSN: p.DSN}
	if p.DSN == "" {
		if database, err = p.find(a.Getenv); err != nil {
			return err
		}
	}
	place, err := postgres.Reach(ctx, database, slog.New(slog.NewTextHandler(a.Err, &slog.HandlerOptions{Level: slog.LevelWarn})))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, place.Close(context.WithoutCancel(ctx))) }()
	db, err := postgres.Open(ctx, place.AppDSN, postgres.WithMaxConns(conns), postgres.WithApplicationName("bmis audit"))
	if err != nil {
		return err
	}
	defer db.Close()
	return use(db)
}

type auditVerify struct {
	auditPlace
	Key        []string `placeholder:"FILE" help:"Public key of the log or of a witness; repeat it for each. Default: the key beside the data, which proves less."`
	Checkpoint []string `placeholder:"FILE" help:"Signed checkpoints that were kept elsewhere; repeat it for each file."`
	Witness    string   `placeholder:"DSN" help:"Database of the centre, whose copies name a rewritten entry exactly."`
}

// errAudit is the end of a verification that found something; what it is has been printed.
var errAudit = errors.New("the audit log is not what was written")

// Run verifies and prints the report. It fails if anything is wrong.
func (c auditVerify) Run(ctx context.Context, a *app) error {
	keys, err := c.keys(a)
	if err != nil {
		return err
	}
	opts := auditlog.VerifyOptions{Keys: keys, Workers: runtime.GOMAXPROCS(0), Progress: a.auditProgress()}
	if opts.External, err = readCheckpoints(c.Checkpoint); err != nil {
		return err
	}
	if c.Witness == "" {
		return c.verify(ctx, a, opts)
	}
	return auditPlace{DSN: c.Witness}.open(ctx, a, 2, func(db *postgres.DB) error {
		opts.Reference = auditlog.NewWitnessReader(db)
		return c.verify(ctx, a, opts)
	})
}

func (c auditVerify) verify(ctx context.Context, a *app, opts auditlog.VerifyOptions) error {
	return c.open(ctx, a, opts.Workers+1, func(db *postgres.DB) error {
		report, err := auditlog.Verify(ctx, db, opts)
		if err != nil {
			return err
		}
		return a.printReport(report)
	})
}

// keys reads the public keys.
func (c auditVerify) keys(a *app) ([]note.Verifier, error) {
	files := c.Key
	if len(files) == 0 {
		file, err := publicKeyFile(c.DataDir, a.Getenv)
		if err != nil {
			return nil, fmt.Errorf("whose log? Expected --key FILE: %w", err)
		}
		files = []string{file}
	}
	var keys []note.Verifier
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("public key: %w", err)
		}
		key, err := audit.ParsePublicKey(string(text))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		keys = append(keys, key)
	}
	return keys, nil
}

func readCheckpoints(files []string) ([][]byte, error) {
	var notes [][]byte
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("checkpoint: %w", err)
		}
		found := audit.SplitNotes(text)
		if len(found) == 0 {
			return nil, fmt.Errorf("checkpoint: %s is empty; expected a signed note", file)
		}
		notes = append(notes, found...)
	}
	return notes, nil
}

// auditProgress tells every tenth of the way.
func (a *app) auditProgress() func(done, total int64) {
	told := int64(0)
	return func(done, total int64) {
		if tenth := done * 10 / total; tenth > told {
			told = tenth
			_, _ = fmt.Fprintf(a.Err, "verified %d of %d entries\n", done, total)
		}
	}
}

// printReport prints what was found, the problem last.
func (a *app) printReport(r auditlog.Report) error {
	lines := fmt.Sprintf("log          %s\nentries      %d verified, %d wait for their number\nsigned       %d\nco-signed    %d\n"+
		"checkpoints  %d\nroot         %s\n", r.Origin, r.Entries, r.Pending, r.Signed, r.Cosigned, r.Checkpoints, r.Head.Root)
	for _, warning := range r.Warnings {
		lines += "note         " + warning + "\n"
	}
	result := "result       whole\n"
	if r.Problem != nil {
		result = "result       WRONG: " + r.Problem.String() + "\n"
	}
	if _, err := fmt.Fprint(a.Out, lines, result); err != nil {
		return err
	}
	if r.Problem != nil {
		return errAudit
	}
	return nil
}

type auditHead struct {
	auditPlace
	Origin string `placeholder:"NAME" help:"At the centre: the log of another node, as the centre co-signed it."`
	All    bool   `help:"With --origin: every checkpoint held, not only the newest."`
}

// Run prints signed notes.
func (c auditHead) Run(ctx context.Context, a *app) error {
	return c.open(ctx, a, 2, func(db *postgres.DB) error {
		if c.Origin != "" && c.All {
			return c.printAll(ctx, a, auditlog.NewWitnessReader(db))
		}
		head, err := auditlog.NewLog(db).Head(ctx)
		if c.Origin != "" {
			head, err = auditlog.NewWitnessReader(db).Newest(ctx, c.Origin)
		}
		if err != nil {
			return err
		}
		if head == nil {
			return errors.New("nothing is signed yet")
		}
		_, err = a.Out.Write(head)
		return err
	})
}

// printAll prints every checkpoint held of the origin, a page at a time.
func (c auditHead) printAll(ctx context.Context, a *app, reader *auditlog.WitnessReader) error {
	const page = 1000
	for after := int64(0); ; {
		notes, err := reader.Checkpoints(ctx, c.Origin, after, page)
		if err != nil {
			return err
		}
		for _, msg := range notes {
			if _, err := a.Out.Write(msg); err != nil {
				return err
			}
			if after, err = audit.NoteSize(msg); err != nil {
				return err
			}
		}
		if len(notes) < page {
			return nil
		}
	}
}

type auditKey struct {
	DataDir string `placeholder:"DIR" help:"Data directory of the station or centre. Default: $BMIS_DATA_DIR."`
}

// Run prints the public key.
func (c auditKey) Run(a *app) error {
	file, err := publicKeyFile(c.DataDir, a.Getenv)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("public key: %w", err)
	}
	_, err = a.Out.Write(text)
	return err
}

// publicKeyFile is where a program keeps the public half of its audit key.
func publicKeyFile(dir string, getenv func(string) string) (string, error) {
	if dir == "" {
		dir = getenv("BMIS_DATA_DIR")
	}
	if dir == "" {
		return "", errors.New("expected --data-dir DIR, or BMIS_DATA_DIR in the environment")
	}
	return filepath.Join(dir, "keys", "audit.key.pub"), nil
}
