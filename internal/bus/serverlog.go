package bus

import (
	"fmt"
	"log/slog"

	"github.com/nats-io/nats-server/v2/server"
)

// ServerLog brings the own log lines of a NATS server into ours, with whose server it is. They hold addresses and subjects, never messages.
func ServerLog(log *slog.Logger, whose string) server.Logger {
	return natsLog{log.With("server", whose)}
}

type natsLog struct{ log *slog.Logger }

const fromNATS = "nats-server"

func natsText(format string, v []any) slog.Attr {
	return slog.String("text", fmt.Sprintf(format, v...))
}

func (l natsLog) Noticef(format string, v ...any) { l.log.Debug(fromNATS, natsText(format, v)) }
func (l natsLog) Warnf(format string, v ...any)   { l.log.Warn(fromNATS, natsText(format, v)) }
func (l natsLog) Errorf(format string, v ...any)  { l.log.Warn(fromNATS, natsText(format, v)) }
func (l natsLog) Fatalf(format string, v ...any)  { l.log.Error(fromNATS, natsText(format, v)) }
func (l natsLog) Debugf(string, ...any)           {}
func (l natsLog) Tracef(string, ...any)           {}
