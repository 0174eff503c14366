package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/alecthomas/kong"

	"github.com/openbmis/openbmis/cmd/internal/node"
	"github.com/openbmis/openbmis/internal/pcsc"
	"github.com/openbmis/openbmis/internal/pcsc/vpcd"
)

// cli lists the commands, each a struct with a Run method in a file of its own. Run may ask for a context.Context and an *app.
type cli struct {
	API  apiCommand  `cmd:"" name:"api" help:"Read passenger lists and the State's answers."`
	MRZ  mrzCommand  `cmd:"" name:"mrz" help:"Read machine readable zones and print what they say as JSON."`
	Chip chipCommand `cmd:"" help:"Read the chip of a travel document, verify what was read and show it."`
	List listCommand `cmd:"" help:"Read list files of alerts: what is in them, what is refused, what a new edition changes."`
	PNR  pnrCommand  `cmd:"" name:"pnr" help:"Read messages of reservations (PNRGOV) and print what they say as JSON."`
	Seal sealCommand `cmd:"" help:"Read visible digital seals from a picture or from bytes and verify their signatures."`
	Scan scanCommand `cmd:"" help:"Read the machine readable zone from pictures of pages and print it as JSON."`
	Stay stayCommand `cmd:"" help:"Compute how long somebody may stay, from the dates of his stays."`
	User userCommand `cmd:"" help:"Keep the accounts of a station or of the centre."`

	Trust trustCommand `cmd:"" help:"Check, import and list trust material: certificates, revocation lists, master lists."`

	Specimen specimenCommand `cmd:"" help:"Write specimen documents of a country that does not exist, to try the other tools on."`

	Interpol interpolCommand `cmd:"" help:"Run a simulator of an INTERPOL-style service, ask a service, check a file of adapters."`

	CaptureAgent captureAgentCommand `cmd:"" help:"Serve a fingerprint reader, simulated or real, by MOSIP's Secure Biometric Interface."`

	Receipt receiptCommand `cmd:"" help:"Verify receipts of border crossing with public keys alone."`

	Demo     demoCommand     `cmd:"" help:"Run a small country: the centre, two stations, and travellers."`
	Audit    auditCommand    `cmd:"" help:"Verify the audit log, print its head and its key."`
	Simulate simulateCommand `cmd:"" help:"Let synthetic travellers cross at a test station."`
	Reader   readerCommand   `cmd:"" help:"Post specimen documents to a test station, as a simulated document reader."`
	Migrate  migrateCommand  `cmd:"" help:"Look after the schema of a database."`
	Station  stationCommand  `cmd:"" help:"Look after the line of a station to the centre."`

	Watchlist watchlistCommand `cmd:"" help:"Screen travellers against a list, and compare names."`

	Prints printsCommand `cmd:"" help:"Erase the fingerprints that a station keeps of a file."`

	Fingerprint fingerprintCommand `cmd:"" help:"Read fingerprints, compare them, measure the engine."`

	Carrier carrierCommand `cmd:"" help:"Admit carriers and give them credentials; send messages as a carrier."`

	ABISSimulator abisSimulatorCommand `cmd:"" name:"abis-simulator" help:"Run a simulator of an outside ABIS."`
	PaySimulator  paySimulatorCommand  `cmd:"" name:"pay-simulator" help:"Run a simulator of a payment provider."`

	EVisa evisaCommand `cmd:"" name:"evisa" help:"Verify the seals of visas offline; print the signer's certificates; look after the keys of the portal."`

	VisaSimulator visaSimulatorCommand `cmd:"" name:"visa-simulator" help:"Run a simulator of an outside e-visa platform."`

	Version kong.VersionFlag `help:"Print the release and end."`
}

// app is what commands use of the world.
type app struct {
	In       io.Reader
	Out, Err io.Writer
	Now      func() time.Time
	Getenv   func(string) string
	// Exit ends the program after --help.
	Exit func(int)
}

// The exit codes: 0 done, 1 failed, 2 wrong use.
const (
	exitDone = iota
	exitFailed
	exitUsage
)

// usageError is an error of what a command was given to read: it ends with exitUsage.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// answer is an outcome that a command tells by an exit code of its own; what it is has been printed.
type answer struct {
	error
	code int
}

// run carries out one command line, without the program's name, and gives the exit code.
func run(ctx context.Context, args []string, a *app) int {
	answered := false // by --help: kong then expects the program to be gone
	parser, err := parserOf(a, kong.Exit(func(code int) { answered = true; a.Exit(code) }), kong.BindTo(ctx, (*context.Context)(nil)))
	if err != nil {
		return a.fail(exitFailed, err)
	}
	parsed, err := parser.Parse(args)
	switch {
	case answered:
		return exitDone
	case err != nil:
		return a.fail(exitUsage, fmt.Errorf("%w (see bmis --help)", err))
	}
	return a.code(parsed.Run())
}

// parserOf knows the commands.
func parserOf(a *app, options ...kong.Option) (*kong.Kong, error) {
	return kong.New(&cli{}, append(options,
		kong.Name("bmis"),
		kong.Description("OpenBMIS, the open border management information system: tools for people."),
		kong.Writers(a.Out, a.Err),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.Bind(a),
		kong.Vars{"version": node.Version(), "socket": pcsc.DefaultSocket, "vpcd": vpcd.DefaultAddress, "roles": roleNames(), "forms": listForms()},
	)...)
}

// code is the exit code of what a command came to.
func (a *app) code(err error) int {
	var misuse usageError
	var told answer
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &misuse):
		return a.fail(exitUsage, err)
	case errors.As(err, &told):
		return a.fail(told.code, err)
	}
	return a.fail(exitFailed, err)
}

// fail tells what went wrong. Nothing more can be done when even that cannot be written.
func (a *app) fail(code int, err error) int {
	_, _ = fmt.Fprintln(a.Err, "bmis:", err)
	return code
}
