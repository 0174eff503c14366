package portal

import (
	"context"
	"io"

	"github.com/openbmis/openbmis/cmd/internal/node"
	"github.com/openbmis/openbmis/internal/config"
)

// Main runs the portal alone as the environment configures it until a signal ends it; it gives the exit status. Log lines go to w.
func Main(getenv config.Getenv, w io.Writer) int {
	cfg, err := config.LoadPortal(getenv)
	if err != nil {
		return node.Misconfigured(w, err)
	}
	return node.Main(w, Name, Name, cfg.LogLevel, func(ctx context.Context, tools node.Tools) error {
		return Run(ctx, cfg, Tools{Tools: tools}, nil)
	})
}
