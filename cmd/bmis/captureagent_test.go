package main

import (
	"bytes"
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestCaptureAgentIsUsedWell(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"a reader without its maker": {[]string{"--reader", "http://127.0.0.1:4501"}, exitUsage, "expected --trust"},
		"other machines in clear":    {[]string{"--listen", "0.0.0.0:0"}, exitFailed, "expected https (--tls)"},
		"a folder without prints":    {[]string{"--folder", t.TempDir()}, exitUsage, "expected files such as 101_1.png"},
		"compression":                {[]string{"--compression", "jp2"}, exitUsage, "wsq"},
	} {
		t.Run(name, func(t *testing.T) {
			var out, errs bytes.Buffer
			a := &app{Out: &out, Err: &errs, Now: time.Now, Exit: func(int) {}}
			code := run(t.Context(), append([]string{"capture-agent", "--dir", filepath.Join(t.TempDir(), "agent")}, c.args...), a)
			require.Equal(t, c.code, code)
			require.Contains(t, errs.String(), c.says)
		})
	}
}

func TestCaptureAgentTellsWhereItIsAndThatItIsSimulated(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // it listens, tells and ends
	var out, errs bytes.Buffer
	a := &app{Out: &out, Err: &errs, Now: time.Now, Exit: func(int) {}}
	require.Equal(t, exitDone, run(ctx, []string{"capture-agent", "--dir", t.TempDir()}, a), errs.String())
	require.Contains(t, out.String(), "SIMULATED READER")
	require.Regexp(t, `BMIS_CAPTURE_AGENT=http://127\.0\.0\.1:4\d{3} BMIS_CAPTURE_TRUST=.*trust\.pem`, out.String())
}
