//go:build pcsc

package main

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/pcsc"
	"github.com/openbmis/openbmis/internal/pcsc/pcsctest"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

// awaitNoCard waits until the daemon has seen that the card was taken off.
func awaitNoCard(t *testing.T) {
	t.Helper()
	client, err := pcsc.Dial(t.Context(), pcsc.Options{})
	require.NoError(t, err)
	_, err = client.Wait(t.Context(), func(readers []pcsc.Reader) bool {
		return !slices.ContainsFunc(readers, func(r pcsc.Reader) bool { return r.Present })
	})
	require.NoError(t, err)
	require.NoError(t, client.Close())
}

// The whole way by the commands alone: an emulated chip on the virtual reader, the real daemon, and bmis chip read.
func TestAnEmulatedChipIsReadThroughTheRealDaemonByCommand(t *testing.T) {
	device := pcsctest.Start(t)
	ctx, takeOff := context.WithCancel(t.Context())
	emulating := make(chan result, 1)
	go func() {
		var out, err bytes.Buffer
		code := run(ctx, []string{"chip", "emulate", "--address", device.Address}, &app{
			Out: &out, Err: &err, Exit: func(int) {}, Getenv: func(string) string { return "" },
			Now: func() time.Time { return time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC) },
		})
		emulating <- result{code, out.String(), err.String()}
	}()
	got := bmisReading(t, nil, "chip", "read", "--can", emulatedCAN, "--reader", "Emulated", "--json")
	require.Equal(t, exitDone, got.code, got.err)
	reading, err := reader.Parse([]byte(got.out), time.Now())
	require.NoError(t, err)
	require.True(t, reading.Device.Simulated)
	require.Equal(t, device.Name, reading.Device.Model)
	require.Equal(t, "pace-can", reading.Chip.Access)
	require.NotNil(t, reading.Chip.Active)
	require.Contains(t, reading.Chip.Files, "DG2")
	require.Contains(t, got.err, "Reader: "+device.Name)

	denied := bmisReading(t, strings.NewReader("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F3204153ZE184226B<<<<<16"), "chip", "read", "--mrz", "-")
	require.Equal(t, exitFailed, denied.code)
	require.Contains(t, denied.err, "does not accept the password")

	takeOff()
	ended := <-emulating
	require.Equal(t, exitDone, ended.code, ended.err)
	require.Contains(t, ended.out, "SIMULATED")
	awaitNoCard(t)
	none := bmisReading(t, nil, "chip", "read", "--can", emulatedCAN, "--wait", "300ms")
	require.Equal(t, exitFailed, none.code)
	require.Contains(t, none.err, "no card came within 300ms")
}
