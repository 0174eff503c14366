package node

import (
	"io"
	"log/slog"
)

// Log writes structured lines (JSON) to w. What is logged names ids and codes, never a person's data.
func Log(w io.Writer, level slog.Level, program, id string) *slog.Logger {
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level})).With("program", program, "node", id)
}
