package sbihttp_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/capture"
	"github.com/openbmis/openbmis/internal/sbihttp/simulator"
)

func TestReaderSaysWhatItIs(t *testing.T) {
	d := newDesk(t, nil)
	info, err := d.client.Info(t.Context())
	require.NoError(t, err)
	require.Equal(t, capture.Info{
		State: capture.Ready, Make: "OpenBMIS", Model: "SIMULATED reader", Serial: "SIM000000001", Provider: "OpenBMIS", Slap: true, Simulated: true,
		Specification: "0.9.5", FirmwareVersion: "test",
	}, info)
	devices, err := d.client.Devices(t.Context())
	require.NoError(t, err)
	require.Len(t, devices, 1)
	require.Equal(t, "Ready", devices[0].Status)
}

func TestCaptureGivesWhatLiesThere(t *testing.T) {
	d := newDesk(t, nil)
	d.turn(t, `{"person":"A"}`)
	got, err := d.take(t, two()...)
	require.NoError(t, err)
	require.True(t, got.Info.Simulated)
	require.WithinDuration(t, time.Now(), got.At, time.Minute)
	require.Len(t, got.Prints, 2)
	for i, p := range got.Prints {
		require.Equal(t, two()[i], p.Position)
		require.NoError(t, p.Problem)
		require.NoError(t, p.Image.Check())
		require.Equal(t, "FIR", p.Format)
		require.Equal(t, "FIR\x00", string(p.Record[:4]))
		require.Equal(t, 77, *p.DeviceQuality)
		require.Nil(t, p.NFIQ2)
	}
	again, err := d.take(t, two()...)
	require.NoError(t, err)
	require.NotEqual(t, got.Prints[0].Image.Pix, again.Prints[0].Image.Pix, "no finger lies twice alike")
}

// Fingers of both hands are two slaps and a pair of thumbs: three requests in one chain.
func TestCaptureOfBothHands(t *testing.T) {
	d := newDesk(t, nil)
	asked := []biometrics.Position{biometrics.LeftIndex, biometrics.RightIndex, biometrics.LeftThumb}
	got, err := d.take(t, asked...)
	require.NoError(t, err)
	require.Equal(t, uint64(3), d.Took())
	var positions []biometrics.Position
	for _, p := range got.Prints {
		positions = append(positions, p.Position)
	}
	require.ElementsMatch(t, asked, positions)
}

func TestReaderOfOneFingerIsAskedOneByOne(t *testing.T) {
	d := newDesk(t, func(o *simulator.Options) { o.Single = true })
	info, err := d.client.Info(t.Context())
	require.NoError(t, err)
	require.False(t, info.Slap)
	got, err := d.take(t, two()...)
	require.NoError(t, err)
	require.Len(t, got.Prints, 2)
	require.Equal(t, uint64(2), d.Took())
}

// Every knob is seen at the other end as what it is.
func TestKnobs(t *testing.T) {
	for _, c := range []struct {
		knobs    string
		expected error
	}{
		{`{}`, nil},
		{`{"failure":100}`, capture.ErrNotReady},
		{`{"failure":101}`, capture.ErrNoFinger},
		{`{"failure":102}`, capture.ErrFailed},
		{`{"failure":103}`, capture.ErrFailed},
		{`{"failure":104}`, capture.ErrNotReady},
		{`{"failure":105}`, capture.ErrFailed},
		{`{"failure":106}`, capture.ErrUnreachable},
		{`{"failure":107}`, capture.ErrNotReady},
		{`{"failure":108}`, capture.ErrNotReady},
		{`{"failure":109}`, capture.ErrWrongFinger},
		{`{"failure":530}`, capture.ErrFailed},
		{`{"state":"busy"}`, capture.ErrBusy},
		{`{"state":"not_ready"}`, capture.ErrNotReady},
		{`{"state":"not_registered"}`, capture.ErrNotReady},
		{`{"no_finger":true}`, capture.ErrNoFinger},
		{`{"fingers":{"right_index":"missing","right_middle":"missing"}}`, capture.ErrNoFinger},
		{`{"unplugged":true}`, capture.ErrUnreachable},
		{`{"unplug_during":true}`, capture.ErrUnreachable},
		{`{"drop":true}`, capture.ErrUnreachable},
		{`{"hang":true}`, capture.ErrTimeout},
		{`{"delay":"1m"}`, capture.ErrTimeout},
		{`{"tamper":"data"}`, capture.ErrSignature},
		{`{"tamper":"stranger"}`, capture.ErrSignature},
		{`{"tamper":"unsigned"}`, capture.ErrSignature},
		{`{"tamper":"hash"}`, capture.ErrChain},
		{`{"tamper":"transaction"}`, capture.ErrStale},
		{`{"tamper":"old"}`, capture.ErrStale},
		{`{"tamper":"label"}`, capture.ErrWrongFinger},
	} {
		t.Run(c.knobs, func(t *testing.T) {
			d := newDesk(t, nil)
			d.turn(t, c.knobs)
			request := ask(two()...)
			if errors.Is(c.expected, capture.ErrTimeout) {
				request.Timeout = 300 * time.Millisecond
			}
			got, err := d.client.Capture(t.Context(), request)
			require.ErrorIs(t, err, c.expected)
			if c.expected == nil {
				return
			}
			require.Empty(t, got.Prints, "no print of an answer that is not believed")
			require.Equal(t, c.expected.Error(), capture.Code(err))
			require.NotContains(t, err.Error(), d.server.URL, "no address in the words")
			require.NoError(t, d.Set(simulator.Knobs{}))
			_, err = d.client.Capture(t.Context(), ask(two()...))
			require.NoError(t, err, "and then it works again")
		})
	}
}

func TestKnobHoldsForSomeCapturesOnly(t *testing.T) {
	for _, knobs := range []string{`{"person":"A","failure":102,"captures":2}`, `{"person":"A","hang":true,"captures":2}`} {
		d := newDesk(t, nil)
		d.turn(t, knobs)
		for range 2 {
			request := ask(two()...)
			request.Timeout = 100 * time.Millisecond
			_, err := d.client.Capture(t.Context(), request)
			require.Error(t, err)
		}
		_, err := d.take(t, two()...)
		require.NoError(t, err)
		require.Equal(t, simulator.Knobs{Person: "A"}, d.Knobs())
	}
}

func TestMissingFingerIsToldOfThatFingerAlone(t *testing.T) {
	d := newDesk(t, nil)
	d.turn(t, `{"fingers":{"right_index":"missing"}}`)
	got, err := d.take(t, two()...)
	require.NoError(t, err)
	require.Equal(t, biometrics.RightMiddle, got.Prints[0].Position)
	require.NoError(t, got.Prints[0].Problem)
	require.Equal(t, biometrics.RightIndex, got.Prints[1].Position)
	require.ErrorIs(t, got.Prints[1].Problem, capture.ErrNoFinger)
}

func TestExceptionIsNotAskedFor(t *testing.T) {
	d := newDesk(t, nil)
	request := ask(two()...)
	request.Exceptions = []biometrics.Position{biometrics.RightIndex}
	got, err := d.client.Capture(t.Context(), request)
	require.NoError(t, err)
	require.Len(t, got.Prints, 1)
	require.Equal(t, biometrics.RightMiddle, got.Prints[0].Position)
}

// A part that fails takes away nothing of what the others give.
func TestOneHandFails(t *testing.T) {
	for _, missing := range []string{"right_index", "left_index"} {
		d := newDesk(t, nil)
		d.turn(t, `{"fingers":{"`+missing+`":"missing"}}`)
		got, err := d.take(t, biometrics.RightIndex, biometrics.LeftIndex)
		require.NoError(t, err)
		require.Len(t, got.Prints, 2)
		for _, p := range got.Prints {
			if p.Position.String() == missing {
				require.ErrorIs(t, p.Problem, capture.ErrNoFinger)
				continue
			}
			require.NoError(t, p.Problem)
		}
	}
}

// A reader that is unplugged after the first finger is asked for no more, and what it gave is kept.
func TestReaderGoesAfterTheFirstFinger(t *testing.T) {
	d := newDesk(t, func(o *simulator.Options) { o.Single = true })
	client := d.other(t, "RCAPTURE", func(w http.ResponseWriter, r *http.Request) {
		if d.Took() == 1 {
			d.turn(t, `{"unplugged":true}`)
		}
		d.server.Config.Handler.ServeHTTP(w, r)
	})
	got, err := client.Capture(t.Context(), ask(biometrics.RightIndex, biometrics.RightMiddle, biometrics.RightRing))
	require.NoError(t, err)
	require.Equal(t, uint64(2), d.Took())
	require.NoError(t, got.Prints[0].Problem)
	require.ErrorIs(t, got.Prints[1].Problem, capture.ErrUnreachable)
	require.ErrorIs(t, got.Prints[2].Problem, capture.ErrUnreachable)
}

// One answer that cannot be believed casts doubt on all of them.
func TestLaterAnswerIsNotBelieved(t *testing.T) {
	d := newDesk(t, func(o *simulator.Options) { o.Single = true })
	client := d.other(t, "RCAPTURE", func(w http.ResponseWriter, r *http.Request) {
		if d.Took() == 1 {
			d.turn(t, `{"tamper":"hash"}`)
		}
		d.server.Config.Handler.ServeHTTP(w, r)
	})
	got, err := client.Capture(t.Context(), ask(two()...))
	require.ErrorIs(t, err, capture.ErrChain)
	require.Empty(t, got.Prints)
}

func TestWrongFingerLooksLikeTheOtherHand(t *testing.T) {
	d := newDesk(t, nil)
	d.turn(t, `{"person":"A","fingers":{"right_index":"wrong"}}`)
	got, err := d.take(t, biometrics.RightIndex)
	require.NoError(t, err, "no reader notices")
	require.Equal(t, biometrics.RightIndex, got.Prints[0].Position)
}

func TestOneCaptureAtATime(t *testing.T) {
	d := newDesk(t, nil)
	d.turn(t, `{"delay":"400ms"}`)
	var wg sync.WaitGroup
	results := make([]error, 6)
	for i := range results {
		wg.Go(func() { _, results[i] = d.client.Capture(t.Context(), ask(two()...)) })
	}
	wg.Wait()
	taken := 0
	for _, err := range results {
		if err == nil {
			taken++
			continue
		}
		require.ErrorIs(t, err, capture.ErrBusy)
	}
	require.Equal(t, 1, taken)
}

func TestWhoAskedHasGone(t *testing.T) {
	d := newDesk(t, nil)
	d.turn(t, `{"delay":"1m"}`)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := d.client.Capture(ctx, capture.Request{Transaction: "T", Fingers: two(), Timeout: time.Minute})
		done <- err
	}()
	require.Eventually(t, func() bool { return d.Took() == 1 }, time.Minute, time.Millisecond)
	cancel()
	require.ErrorIs(t, <-done, context.Canceled)
	d.turn(t, `{"delay":"0s"}`)
	require.Eventually(t, func() bool {
		_, err := d.take(t, two()...)
		return err == nil
	}, time.Minute, 10*time.Millisecond, "the reader is free again")
}

func TestRequestIsCheckedBeforeItIsSent(t *testing.T) {
	d := newDesk(t, nil)
	_, err := d.client.Capture(t.Context(), capture.Request{Fingers: two()})
	require.Error(t, err)
	require.Zero(t, d.Took())
}

func TestKnobsAreJSON(t *testing.T) {
	d := newDesk(t, nil)
	full := `{"person":"P","fingers":{"left_thumb":"wrong"},"worse":0.5,"pressure":-0.5,"moisture":0.25,"score":40,"delay":"250ms","state":"busy",` +
		`"failure":102,"no_finger":true,"unplugged":true,"unplug_during":true,"hang":true,"drop":true,"tamper":"old","captures":3}`
	k, err := d.Merge([]byte(full))
	require.NoError(t, err)
	raw, err := json.Marshal(k)
	require.NoError(t, err)
	require.JSONEq(t, full, string(raw))
	for _, wrong := range []string{
		`[]`, `{"nonsense":1}`, `{"worse":2}`, `{"pressure":-2}`, `{"score":101}`, `{"delay":"1h"}`, `{"delay":5}`, `{"state":"gone"}`, `{"failure":7}`,
		`{"tamper":"much"}`, `{"captures":-1}`, `{"fingers":{"tail":"missing"}}`, `{"fingers":{"left_thumb":"eaten"}}`, `{"fingers":{"right_four":"missing"}}`,
	} {
		_, err := d.Merge([]byte(wrong))
		require.Error(t, err, wrong)
		require.Equal(t, k, d.Knobs(), wrong)
	}
}
