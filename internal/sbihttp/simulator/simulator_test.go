package simulator_test

import (
	"bytes"
	"context"
	"image"
	stdpng "image/png"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/capture"
	"github.com/openbmis/openbmis/biometrics/record/fir"
	"github.com/openbmis/openbmis/biometrics/record/raster"
	"github.com/openbmis/openbmis/biometrics/record/wsq"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/internal/sbihttp/simulator"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }

// plain is an image of one grey level, by which a test knows which file was read.
func plain(level byte) biometrics.Image {
	pix := make([]byte, 64*64)
	for i := range pix {
		pix[i] = level
	}
	return biometrics.Image{Width: 64, Height: 64, PPI: 500, Pix: pix}
}

func png(t *testing.T, level byte) *fstest.MapFile {
	t.Helper()
	raw, err := raster.EncodePNG(plain(level))
	require.NoError(t, err)
	return &fstest.MapFile{Data: raw}
}

func TestFolderOfNumberedFingers(t *testing.T) {
	files := fstest.MapFS{"README.txt": {Data: []byte("of something else")}, "notes_1.txt": {}}
	for finger := range 12 {
		files[strings.Join([]string{"1" + string(rune('0'+finger/10)) + string(rune('0'+finger%10)), "1.png"}, "_")] = png(t, byte(100+finger))
	}
	f, err := simulator.OpenFolder(files, 500)
	require.NoError(t, err)
	require.Equal(t, []string{"1", "2"}, f.People(), "ten fingers are a person, two are the next one's")
	for i, p := range biometrics.Fingers() {
		image, ok, err := f.Print("1", p, simulator.Touch{})
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, byte(100+i), image.Pix[0])
	}
	image, ok, err := f.Print("2", biometrics.RightIndex, simulator.Touch{Seed: 99})
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, byte(111), image.Pix[0])
	_, ok, err = f.Print("2", biometrics.LeftThumb, simulator.Touch{})
	require.NoError(t, err)
	require.False(t, ok)
	first, _, err := f.Print("somebody", biometrics.RightThumb, simulator.Touch{})
	require.NoError(t, err)
	again, _, err := f.Print("somebody", biometrics.RightThumb, simulator.Touch{})
	require.NoError(t, err)
	require.Equal(t, first, again, "a name stands for the same person always")
}

func TestFolderOfNamedFingersInEveryFormat(t *testing.T) {
	compressed, err := wsq.Encode(plain(120), wsq.Options{})
	require.NoError(t, err)
	record, err := fir.Encode(fir.Print{Image: plain(121), Compression: fir.Raw, Captured: time.Now()})
	require.NoError(t, err)
	raw, err := record.MarshalBinary()
	require.NoError(t, err)
	f, err := simulator.OpenFolder(fstest.MapFS{
		"anna/right_index_1.wsq": {Data: compressed}, "anna/right_middle_1.fir": {Data: raw}, "anna/right_ring_1.PNG": png(t, 122), "anna/right_ring_2.png": png(t, 123),
		"anna/left_thumb_1.png": {Data: []byte("rubbish")}, "bela/101_1.png": png(t, 124),
	}, 500)
	require.NoError(t, err)
	require.Equal(t, []string{"anna", "bela"}, f.People())
	for p, level := range map[biometrics.Position]float64{biometrics.RightIndex: 120, biometrics.RightMiddle: 121, biometrics.RightRing: 122} {
		image, ok, err := f.Print("anna", p, simulator.Touch{})
		require.NoError(t, err)
		require.True(t, ok)
		require.InDelta(t, level, float64(image.Pix[100]), 2)
		require.InDelta(t, 500, image.PPI, 1)
	}
	second, _, err := f.Print("anna", biometrics.RightRing, simulator.Touch{Seed: 1})
	require.NoError(t, err)
	require.Equal(t, byte(123), second.Pix[0])
	_, _, err = f.Print("anna", biometrics.LeftThumb, simulator.Touch{})
	require.Error(t, err)
	_, err = simulator.OpenFolder(fstest.MapFS{"a.txt": {}}, 500)
	require.Error(t, err)
}

func TestSyntheticPersonIsTheSameByName(t *testing.T) {
	s := simulator.NewSynthetic()
	touch := simulator.Touch{Seed: 5, Quality: 1}
	a, ok, err := s.Print("A", biometrics.RightIndex, touch)
	require.NoError(t, err)
	require.True(t, ok)
	same, _, err := simulator.NewSynthetic().Print("A", biometrics.RightIndex, touch)
	require.NoError(t, err)
	require.Equal(t, a, same)
	other, _, err := s.Print("B", biometrics.RightIndex, touch)
	require.NoError(t, err)
	require.NotEqual(t, a, other)
	dry, _, err := s.Print("A", biometrics.RightIndex, simulator.Touch{Seed: 5, Quality: 1, Moisture: -1})
	require.NoError(t, err)
	require.NotEqual(t, a, dry)
	_, ok, err = s.Print("A", biometrics.RightFour, touch)
	require.NoError(t, err)
	require.False(t, ok)
}

// desk is a simulated reader with its page.
func desk(t *testing.T) (*simulator.Reader, *httptest.Server) {
	t.Helper()
	r := simulator.New(simulator.Options{
		Source: simulator.NewSynthetic(), Serial: "SIM000000001", Compression: fir.Raw, Now: time.Now, Log: slog.New(slog.DiscardHandler),
	})
	server := httptest.NewServer(r.Handler([]string{"127.0.0.1"}))
	t.Cleanup(func() { r.Close(); server.CloseClientConnections(); server.Close() })
	return r, server
}

func send(t *testing.T, method, address, kind, body string, header map[string]string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("Content-Type", kind)
	for name, value := range header {
		if name == "Host" {
			request.Host = value
		}
		request.Header.Set(name, value)
	}
	response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	require.NoError(t, err)
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	return response.StatusCode, string(text)
}

func TestPageSaysThatItIsSimulatedAndTurnsKnobs(t *testing.T) {
	r, server := desk(t)
	status, text := send(t, http.MethodGet, server.URL+"/", "", "", nil)
	require.Equal(t, 200, status)
	require.Contains(t, text, "SIMULATED READER")
	require.Contains(t, text, "<title>SIMULATED")
	for _, words := range []string{"holds after Set", "Set (Alt+K)", "the person stays (Alt+R)", "(Alt+V)", "unplugged (Alt+U)", "<label>right index <select", "<label>left little <select"} {
		require.Contains(t, text, words)
	}
	require.NotContains(t, text, "<script")
	require.NotContains(t, text, "style=")
	form := url.Values{
		"person": {"anna <b>"}, "finger_right_index": {"missing"}, "finger_left_ring": {"wrong"}, "quality": {"40"}, "pressure": {"-50"}, "moisture": {"100"},
		"score": {"0"}, "state": {"busy"}, "delay": {"1500"}, "failure": {"102"}, "no_finger": {"on"}, "unplugged": {"on"}, "unplug_during": {"on"},
		"hang": {"on"}, "drop": {"on"}, "tamper": {"hash"}, "captures": {"3"},
	}
	status, text = send(t, http.MethodPost, server.URL+"/simulator/knobs", "application/x-www-form-urlencoded", form.Encode(), nil)
	require.Equal(t, 200, status, text)
	require.Contains(t, text, "anna &lt;b&gt;")
	zero := 0
	k := r.Knobs()
	require.InDelta(t, 0.6, k.Worse, 1e-9)
	k.Worse = 0.6
	require.Equal(t, simulator.Knobs{
		Person: "anna <b>", Fingers: map[biometrics.Position]simulator.Lies{biometrics.RightIndex: simulator.Missing, biometrics.LeftRing: simulator.Wrong},
		Worse: 0.6, Pressure: -0.5, Moisture: 1, Score: &zero, State: capture.Busy, Delay: simulator.Duration(1500 * time.Millisecond), Failure: 102, NoFinger: true,
		Unplugged: true, UnplugDuring: true, Hang: true, Drop: true, Tamper: simulator.Chain, Captures: 3,
	}, k)
	form.Set("failure", "7")
	status, text = send(t, http.MethodPost, server.URL+"/simulator/knobs", "application/x-www-form-urlencoded", form.Encode(), nil)
	require.Equal(t, 400, status)
	require.Contains(t, text, "failure: expected")
	require.Equal(t, 102, r.Knobs().Failure)
	form.Set("failure", "many")
	status, _ = send(t, http.MethodPost, server.URL+"/simulator/knobs", "application/x-www-form-urlencoded", form.Encode(), nil)
	require.Equal(t, 400, status)
	status, _ = send(t, http.MethodPost, server.URL+"/simulator/reset", "", "", nil)
	require.Equal(t, 200, status)
	require.Equal(t, simulator.Knobs{Person: "anna <b>"}, r.Knobs())
}

func TestEndpointForTests(t *testing.T) {
	r, server := desk(t)
	status, text := send(t, http.MethodPatch, server.URL+"/simulator/knobs", "application/json", `{"person":"anna","failure":101}`, nil)
	require.Equal(t, 200, status)
	require.JSONEq(t, `{"person":"anna","failure":101}`, text)
	status, text = send(t, http.MethodPatch, server.URL+"/simulator/knobs", "application/json", `{"failure":0}`, nil)
	require.Equal(t, 200, status)
	require.JSONEq(t, `{"person":"anna"}`, text)
	status, _ = send(t, http.MethodPatch, server.URL+"/simulator/knobs", "application/json", `{"failures":1}`, nil)
	require.Equal(t, 400, status)
	status, _ = send(t, http.MethodPatch, server.URL+"/simulator/knobs", "application/json", `{"person":"`+strings.Repeat("a", 1<<17)+`"}`, nil)
	require.Equal(t, 400, status)
	require.Equal(t, "anna", r.Knobs().Person)
}

// Another site's page turns nothing, and no foreign name leads here.
func TestPageOfAnotherSiteTurnsNothing(t *testing.T) {
	r, server := desk(t)
	for _, method := range []string{http.MethodPost, http.MethodPatch} {
		status, _ := send(t, method, server.URL+"/simulator/knobs", "text/plain", `{"failure":101}`, map[string]string{"Sec-Fetch-Site": "cross-site"})
		require.Equal(t, http.StatusForbidden, status)
	}
	status, _ := send(t, http.MethodGet, server.URL+"/simulator", "", "", map[string]string{"Host": "rebound.example"})
	require.Equal(t, http.StatusMisdirectedRequest, status)
	require.Equal(t, simulator.Knobs{}, r.Knobs())
}

func TestLivePictureOfThePage(t *testing.T) {
	_, server := desk(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/simulator/stream", nil)
	require.NoError(t, err)
	response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	require.NoError(t, err)
	head := make([]byte, 200)
	_, err = io.ReadFull(response.Body, head)
	require.NoError(t, err)
	require.Contains(t, string(head), "image/jpeg")
	cancel()
	require.NoError(t, response.Body.Close())
}

// The resolution of the folder is for files that do not say theirs.
func TestFolderBelievesWhatAFileSays(t *testing.T) {
	fine := plain(100)
	fine.PPI = 1000
	says, err := raster.EncodePNG(fine)
	require.NoError(t, err)
	var silent bytes.Buffer
	require.NoError(t, stdpng.Encode(&silent, image.NewGray(image.Rect(0, 0, 64, 64))))
	f, err := simulator.OpenFolder(fstest.MapFS{"right_index_1.png": {Data: says}, "right_middle_1.png": {Data: silent.Bytes()}}, 569)
	require.NoError(t, err)
	for p, ppi := range map[biometrics.Position]float64{biometrics.RightIndex: 1000, biometrics.RightMiddle: 569} {
		taken, ok, err := f.Print("1", p, simulator.Touch{})
		require.NoError(t, err)
		require.True(t, ok)
		require.InDelta(t, ppi, taken.PPI, 0.1)
	}
}
