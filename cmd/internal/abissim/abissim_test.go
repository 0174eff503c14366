package abissim_test

import (
	"context"
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics/abis"
	"github.com/openbmis/openbmis/biometrics/abis/abistest"
	"github.com/openbmis/openbmis/cmd/internal/abissim"
	"github.com/openbmis/openbmis/cmd/internal/node"
	"github.com/openbmis/openbmis/internal/abisnats"
	"github.com/openbmis/openbmis/internal/bus/bustest"
)

// start runs a simulator and a client that knows it by the settings that it writes.
func start(t *testing.T) (*abissim.Simulator, *abisnats.Dialled) {
	t.Helper()
	dir := t.TempDir()
	tools := node.Tools{Now: time.Now, Random: rand.Reader, NewID: uuid.New, Log: bustest.Log(t)}
	s, err := abissim.Open(t.Context(), abissim.Config{Dir: dir, Listen: "127.0.0.1:0", Names: []string{"localhost", "127.0.0.1"}, Tools: tools})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() { cancel(); require.NoError(t, <-done) })
	path := filepath.Join(dir, "abis.json")
	require.NoError(t, abissim.WriteSettings(path, dir, s.URL(), 5*time.Second))
	settings, err := abisnats.ReadSettings(path)
	require.NoError(t, err)
	client, err := abisnats.Dial(settings, abisnats.Tools{NewID: uuid.New, Now: time.Now, Random: rand.Reader, Log: bustest.Log(t)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	require.Eventually(t, func() bool { return client.Ping(t.Context()) == nil }, time.Minute, time.Millisecond)
	return s, client
}

func TestTheSimulatorIsAnEngine(t *testing.T) {
	abistest.Run(t, func(t *testing.T) abis.Engine {
		_, client := start(t)
		return client
	})
}

func TestTheSimulatorMisbehavesAsItIsTold(t *testing.T) {
	people := abistest.NewPeople()
	s, client := start(t)
	probe := people.Fingers(t, 1, 2, false)
	require.NoError(t, client.Insert(t.Context(), abistest.Reference(1), people.Fingers(t, 1, 1, false)))
	identify := func() (abis.Answer, error) {
		return client.Identify(t.Context(), probe, abis.Options{Request: uuid.New(), Threshold: abistest.Threshold})
	}
	set := func(k abissim.Knobs) {
		t.Helper()
		require.NoError(t, s.Set(k))
	}
	for _, reason := range abis.Reasons() {
		set(abissim.Knobs{Fail: reason})
		_, err := identify()
		require.True(t, abis.FailedFor(err, reason), "%d: %v", reason, err)
		require.NoError(t, client.Ping(t.Context()), "it is there all the same")
	}
	set(abissim.Knobs{Fail: abis.Aborted, Operation: abis.Insert})
	answer, err := identify()
	require.NoError(t, err)
	require.Len(t, answer.Candidates, 1)
	require.True(t, abis.FailedFor(client.Insert(t.Context(), abistest.Reference(3), probe), abis.Aborted))

	set(abissim.Knobs{Unknown: true})
	answer, err = identify()
	require.NoError(t, err)
	require.Len(t, answer.Candidates, 2, "the client does not know who is known unless it is told")

	set(abissim.Knobs{Twice: true})
	answer, err = identify()
	require.NoError(t, err)
	require.Len(t, answer.Candidates, 1)

	set(abissim.Knobs{Delay: 300 * time.Millisecond})
	began := time.Now()
	require.NoError(t, client.Ping(t.Context()))
	require.GreaterOrEqual(t, time.Since(began), 300*time.Millisecond)

	set(abissim.Knobs{Silent: true})
	soon, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	_, err = client.Identify(soon, probe, abis.Options{Request: uuid.New()})
	require.ErrorIs(t, err, abis.ErrAway)
	for _, bad := range []abissim.Knobs{{Delay: -1}, {Fail: 19}, {Operation: "x"}} {
		require.Error(t, s.Set(bad))
	}
}

func TestSettingsSayWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	good := `{"name":"a","url":"tls://abis.example:4222","recipient":"abis.pub"}`
	for name, c := range map[string]struct{ old, fresh, want string }{
		"none":        {good, "", "settings of the ABIS"},
		"unknown":     {`"name"`, `"colour":"red","name"`, "colour"},
		"name":        {`"a"`, `""`, "name:"},
		"plain":       {"tls://", "nats://", "url:"},
		"password":    {"tls://", "tls://me:secret@", "url:"},
		"recipient":   {"abis.pub", "", "recipient:"},
		"two ways":    {`"name"`, `"token":"t","credentials":"c","name"`, "at most one"},
		"half a pair": {`"name"`, `"certificate":"c","name"`, "certificate, key:"},
		"deadline":    {`"name"`, `"deadline":"2h","name"`, "deadline:"},
		"fpir":        {`"name"`, `"target_fpir":101,"name"`, "target_fpir:"},
	} {
		path := filepath.Join(dir, "abis.json")
		require.NoError(t, os.WriteFile(path, []byte(strings.Replace(good, c.old, c.fresh, 1)), 0o600))
		_, err := abisnats.ReadSettings(path)
		require.ErrorContains(t, err, c.want, name)
		require.NotContains(t, err.Error(), "secret")
	}
	path := filepath.Join(dir, "abis.json")
	require.NoError(t, os.WriteFile(path, []byte(good), 0o600))
	s, err := abisnats.ReadSettings(path)
	require.NoError(t, err)
	require.Equal(t, filepath.Join(dir, "abis.pub"), s.Recipient, "named from the file's folder")
	_, err = abisnats.Dial(s, abisnats.Tools{Log: bustest.Log(t)})
	require.ErrorContains(t, err, "recipient")
}
