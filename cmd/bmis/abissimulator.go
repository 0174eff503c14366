package main

import (
	"context"
	"crypto/rand"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/biometrics/abis"
	"github.com/openbmis/openbmis/cmd/internal/abissim"
	"github.com/openbmis/openbmis/cmd/internal/node"
)

type abisSimulatorCommand struct {
	Listen    string        `default:"127.0.0.1:8480" help:"Address of its NATS server."`
	Dir       string        `default:"abis-simulator" help:"Folder of its certificate authority, its key, the token that askers show, and its streams."`
	Name      []string      `default:"localhost,127.0.0.1" help:"Names of its certificate."`
	Settings  string        `placeholder:"FILE" help:"Write the settings of a centre that asks it, for BMIS_ABIS."`
	Deadline  time.Duration `default:"30s" help:"How long those settings have the centre wait for an answer."`
	Delay     time.Duration `default:"0s" help:"Before each answer."`
	Fail      int           `default:"0" placeholder:"REASON" help:"Fail with this failure reason, 1 to 18."`
	Operation string        `placeholder:"ID" help:"Fail, or be silent, for this operation alone, such as mosip.abis.insert. Default: all but ping."`
	Silent    bool          `help:"Do the work and never answer."`
	Twice     bool          `help:"Answer everything twice."`
	Unknown   bool          `help:"Name a candidate that nobody has inserted."`
	Stray     bool          `help:"Answer requests that nobody made, too."`
	Quality   uint8         `default:"0" help:"Lowest quality score of an image that is taken."`
}

// Help is shown by bmis abis-simulator --help.
func (abisSimulatorCommand) Help() string {
	return `An outside ABIS that speaks the messages of MOSIP's ABIS API over NATS JetStream, answered by the project's own engine. It holds everybody in memory alone and
forgets them when it ends. See docs/abis.md.`
}

// Run answers until it is interrupted.
func (c abisSimulatorCommand) Run(ctx context.Context, a *app) error {
	knobs := abissim.Knobs{
		Delay: c.Delay, Fail: abis.Reason(c.Fail), Operation: abis.Operation(c.Operation), Silent: c.Silent, Twice: c.Twice, Unknown: c.Unknown, Stray: c.Stray,
	}
	if err := knobs.Check(); err != nil {
		return usageError{err}
	}
	s, err := abissim.Open(ctx, abissim.Config{
		Dir: c.Dir, Listen: c.Listen, Names: c.Name, Knobs: knobs, MinQuality: c.Quality,
		Tools: node.Tools{Now: a.Now, Random: rand.Reader, NewID: uuid.New, Log: slog.New(slog.NewTextHandler(a.Err, nil))},
	})
	if err != nil {
		return err
	}
	if c.Settings != "" {
		if err := abissim.WriteSettings(c.Settings, c.Dir, s.URL(), c.Deadline); err != nil {
			return err
		}
	}
	if err := a.say("SIMULATOR of an outside ABIS on %s; it holds everybody in memory alone. Token, key and root certificate in %s.", s.URL(), c.Dir); err != nil {
		return err
	}
	return s.Run(ctx)
}
