// Command bmis is the one command line for people: tools to look at documents, and the keys to a station's or the centre's own
// keeping (accounts, migrations, the audit log). It must never print personal data that was not asked for.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], &app{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Now: time.Now, Getenv: os.Getenv, Exit: os.Exit})
	stop()
	os.Exit(code)
}
