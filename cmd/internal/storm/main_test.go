package storm

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"github.com/openbmis/openbmis/cmd/internal/central"
	"github.com/openbmis/openbmis/cmd/internal/node"
	"github.com/openbmis/openbmis/cmd/internal/station"
	"github.com/openbmis/openbmis/internal/config"
)

// roleVariable makes the test binary one of the programs.
const roleVariable = "BMIS_STORM_ROLE"

// addresses are what a program says on its standard output as soon as it serves.
type addresses struct{ HTTPS, Metrics, NATS string }

func TestMain(m *testing.M) {
	switch os.Getenv(roleVariable) {
	case "central":
		os.Exit(runCentral())
	case "station":
		os.Exit(runStation())
	}
	os.Exit(m.Run())
}

// runCentral is central.Main, but tells where it listens.
func runCentral() int {
	cfg, err := config.LoadCentral(os.Getenv)
	if err != nil {
		return node.Misconfigured(os.Stderr, err)
	}
	return node.Main(os.Stderr, central.Name, central.Name, cfg.LogLevel, func(ctx context.Context, tools node.Tools) error {
		return central.Run(ctx, cfg, tools, func(a central.Addresses) { say(addresses{a.HTTPS, a.Metrics, a.NATS}) })
	})
}

// runStation is station.Main, but tells where it listens.
func runStation() int {
	cfg, err := config.LoadStation(os.Getenv)
	if err != nil {
		return node.Misconfigured(os.Stderr, err)
	}
	return node.Main(os.Stderr, "station", cfg.ID, cfg.LogLevel, func(ctx context.Context, tools node.Tools) error {
		return station.Run(ctx, cfg, tools, func(a station.Addresses) { say(addresses{a.HTTPS, a.Metrics, ""}) })
	})
}

func say(a addresses) {
	text, err := json.Marshal(a)
	if err == nil {
		_, err = fmt.Println(string(text))
	}
	if err != nil {
		os.Exit(1) // the test is gone
	}
}
