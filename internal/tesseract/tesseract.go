// Package tesseract asks the program tesseract, where it is installed with a model trained on machine readable zones, for the lines of
// a picture. It exists to compare our own reader with, and for those who trust that program more; nothing needs it. It must never run
// a program without a limit of time and output, and never pass it a name or a file of the caller's: the picture goes in by its standard
// input, the text comes out of its standard output.
package tesseract

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// ErrUnavailable says that the program or its model is not installed.
var ErrUnavailable = errors.New("tesseract is not available")

// Model is the name under which a model of machine readable zones is installed, as mrz.traineddata.
const Model = "mrz"

// whitelist are the characters that a zone can have.
const whitelist = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<"

const (
	defaultTimeout = 20 * time.Second
	maxOutput      = 64 << 10
	leastLine      = 20 // characters; shorter lines are not of a zone
)

// Config says where the program is and how it may run.
type Config struct {
	Program string        // path or name; empty: tesseract, as found in PATH
	Model   string        // empty: Model
	Data    string        // folder of the models; empty: the program's own
	Path    string        // PATH for the program
	Timeout time.Duration // for one picture; 0: 20 seconds
}

// Engine is the program, found and with its model.
type Engine struct{ cfg Config }

// Open finds the program and asks it for its models. ErrUnavailable says which of them is missing.
func Open(ctx context.Context, cfg Config) (*Engine, error) {
	if cfg.Program == "" {
		cfg.Program = "tesseract"
	}
	if cfg.Model == "" {
		cfg.Model = Model
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = defaultTimeout
	}
	path, err := exec.LookPath(cfg.Program)
	if err != nil {
		return nil, fmt.Errorf("%w: the program %q is not installed: %w", ErrUnavailable, cfg.Program, err)
	}
	cfg.Program = path
	e := &Engine{cfg: cfg}
	models, err := e.run(ctx, nil, "--list-langs")
	if err != nil {
		return nil, fmt.Errorf("%w: it does not tell its models: %w", ErrUnavailable, err)
	}
	if !slices.Contains(strings.Fields(models), cfg.Model) {
		return nil, fmt.Errorf("%w: it has no model %q; expected %s.traineddata among its data", ErrUnavailable, cfg.Model, cfg.Model)
	}
	return e, nil
}

// Lines are the lines of text in a picture that are long enough for a zone, without blanks, from the top. The picture must be upright.
func (e *Engine) Lines(ctx context.Context, img image.Image) ([]string, error) {
	var file bytes.Buffer
	if err := png.Encode(&file, img); err != nil {
		return nil, fmt.Errorf("hand a picture to tesseract: %w", err)
	}
	text, err := e.run(ctx, &file, "stdin", "stdout", "-l", e.cfg.Model, "--psm", "6", "-c", "tessedit_char_whitelist="+whitelist)
	if err != nil {
		return nil, fmt.Errorf("read with tesseract: %w", err)
	}
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.Join(strings.Fields(line), ""); len(line) >= leastLine {
			lines = append(lines, line)
		}
	}
	return lines, nil
}

// run runs the program with one thread and within the limits. Its messages are not passed on: they may quote the picture's text.
func (e *Engine) run(ctx context.Context, in *bytes.Buffer, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, e.cfg.Timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, e.cfg.Program, args...) //nolint:gosec // the operator's own program, arguments of ours
	cmd.Env = []string{"OMP_THREAD_LIMIT=1", "LC_ALL=C", "PATH=" + e.cfg.Path}
	if e.cfg.Data != "" {
		cmd.Env = append(cmd.Env, "TESSDATA_PREFIX="+e.cfg.Data)
	}
	if in != nil {
		cmd.Stdin = in
	}
	out := limited{left: maxOutput}
	cmd.Stdout = &out
	cmd.WaitDelay = time.Second
	err := cmd.Run()
	switch {
	case out.left < 0:
		return "", fmt.Errorf("more than %d bytes of text: expected the lines of a page", maxOutput)
	case ctx.Err() != nil:
		return "", fmt.Errorf("no answer within %s: %w", e.cfg.Timeout, ctx.Err())
	case err != nil:
		return "", fmt.Errorf("run %s: %w", e.cfg.Program, err)
	}
	return out.text.String(), nil
}

// limited keeps so many bytes and refuses more.
type limited struct {
	text bytes.Buffer
	left int
}

var errFull = errors.New("too much text")

func (l *limited) Write(p []byte) (int, error) {
	if l.left -= len(p); l.left < 0 {
		return 0, errFull
	}
	return l.text.Write(p)
}
