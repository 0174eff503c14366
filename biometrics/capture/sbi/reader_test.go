package sbi_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/capture"
	"github.com/openbmis/openbmis/biometrics/capture/sbi"
)

func deviceInfo() sbi.DeviceInfo {
	return sbi.DeviceInfo{
		Status: "Ready", DeviceID: "1", Firmware: "1.2", SubIDs: []sbi.Number{1, 2, 3}, SpecVersions: []string{sbi.SpecVersion}, Env: "Developer", Purpose: sbi.PurposeRegister,
	}
}

func (m maker) info(t *testing.T, d sbi.DeviceInfo, id sbi.DigitalID) []byte {
	t.Helper()
	item, err := m.signer.MarshalInfo(d, id, sbi.FailureOf(nil))
	require.NoError(t, err)
	raw, err := json.Marshal([]sbi.InfoItem{item})
	require.NoError(t, err)
	return raw
}

func TestReadersOfVerifiedInformation(t *testing.T) {
	m := newMaker(t, nil)
	readers, err := m.trust().Readers(m.info(t, deviceInfo(), identity()))
	require.NoError(t, err)
	require.Equal(t, []sbi.Reader{{
		Info: capture.Info{State: capture.Ready, Make: "OpenBMIS", Model: "Simulated", Serial: "SIM0000001", Slap: true, Simulated: true,
			Specification: "0.9.5", FirmwareVersion: "1.2"},
		DeviceID: "1", SubIDs: []int{1, 2, 3}, Env: "Developer", Purpose: "Registration",
		Key: reader().Key, IdentityKey: reader().IdentityKey,
	}}, readers)

	_, err = newMaker(t, nil).trust().Readers(m.info(t, deviceInfo(), identity()))
	require.ErrorIs(t, err, capture.ErrSignature)

	old := deviceInfo()
	old.SpecVersions = []string{"0.9.2"}
	_, err = m.trust().Readers(m.info(t, old, identity()))
	require.ErrorIs(t, err, capture.ErrUnsupported)

	eye := identity()
	eye.Type = "Iris"
	readers, err = m.trust().Readers(m.info(t, deviceInfo(), eye))
	require.NoError(t, err)
	require.Empty(t, readers)
}

func TestReaderThatIsNotRegisteredSignsNothing(t *testing.T) {
	m, d := newMaker(t, nil), deviceInfo()
	d.Status = "Not Registered"
	readers, err := newMaker(t, nil).trust().Readers(m.info(t, d, identity()))
	require.NoError(t, err)
	require.Equal(t, capture.NotRegistered, readers[0].State)
	unsigned := base64.RawURLEncoding.EncodeToString([]byte(`{"deviceStatus":"Ready"}`))
	raw, err := json.Marshal([]sbi.InfoItem{{DeviceInfo: unsigned}})
	require.NoError(t, err)
	readers, err = m.trust().Readers(raw)
	require.NoError(t, err)
	require.Equal(t, capture.NotRegistered, readers[0].State, "who signs nothing is never ready")
}

func TestDevicesWriteNumbersInManyWays(t *testing.T) {
	m := newMaker(t, nil)
	signed := func(v string) string {
		token, err := m.signer.Sign([]byte(v))
		require.NoError(t, err)
		return token
	}
	id := signed(`{"serialNo":"A","make":"M\u0007ake","type":"finger","deviceSubType":"Single"}`)
	raw, err := json.Marshal(map[string]any{"deviceInfo": signed(`{"deviceId":7,"deviceSubId":["0","1"],"deviceStatus":"not ready","specVersion":["0.9.5"],"digitalId":"` + id + `"}`), "error": map[string]any{"errorCode": 0}})
	require.NoError(t, err)
	readers, err := m.trust().Readers(raw) // one object where the standard has an array
	require.NoError(t, err)
	require.Equal(t, sbi.Text("7"), readers[0].DeviceID)
	require.Equal(t, []int{1}, readers[0].SubIDs)
	require.Equal(t, capture.NotReady, readers[0].State)
	require.Equal(t, "Make", readers[0].Make, "no control character reaches a screen")
	require.False(t, readers[0].Slap)
}

func TestRequestIsWhatADriverIsAsked(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fingers := rapid.SliceOfNDistinct(rapid.SampledFrom(biometrics.Fingers()), 1, 10, rapid.ID).Draw(t, "fingers")
		exceptions := fingers[:rapid.IntRange(0, len(fingers)-1).Draw(t, "exceptions")]
		r := capture.Request{
			Transaction: rapid.StringN(1, 40, 80).Draw(t, "transaction"), Fingers: fingers, Exceptions: exceptions,
			MinQuality: rapid.IntRange(0, 100).Draw(t, "quality"), Timeout: time.Duration(rapid.IntRange(0, 60000).Draw(t, "timeout")) * time.Millisecond,
		}
		if err := sbi.CheckRequest(r); err != nil {
			t.Fatal(err)
		}
		raw, err := json.Marshal(sbi.NewRequest(reader(), r, "", noon()))
		if err != nil {
			t.Fatal(err)
		}
		read, err := sbi.ParseCaptureRequest(raw)
		if err != nil {
			t.Fatal(err)
		}
		asked, err := read.Asked()
		if err != nil {
			t.Fatal(err)
		}
		require.Equal(t, sbi.Wanted(r), asked.Fingers)
		require.ElementsMatch(t, exceptions, asked.Exceptions)
		require.Equal(t, r.Timeout, asked.Timeout)
		require.Equal(t, r.MinQuality, asked.MinQuality)
		var parts []biometrics.Position
		for _, part := range sbi.Split(reader(), asked.Fingers) {
			require.NotEqual(t, sbi.SubAny, sbi.SubDevice(part), "a slap reader takes a part at once")
			parts = append(parts, part...)
		}
		require.ElementsMatch(t, asked.Fingers, parts)
	})
}

func TestRequestThatIsRefused(t *testing.T) {
	good := capture.Request{Transaction: "T", Fingers: []biometrics.Position{biometrics.RightIndex}}
	require.NoError(t, sbi.CheckRequest(good))
	for name, change := range map[string]func(*capture.Request){
		"no transaction": func(r *capture.Request) { r.Transaction = "" },
		"no finger":      func(r *capture.Request) { r.Fingers = nil },
		"only exceptions": func(r *capture.Request) {
			r.Exceptions = r.Fingers
		},
		"twice":      func(r *capture.Request) { r.Fingers = append(r.Fingers, biometrics.RightIndex) },
		"a slap":     func(r *capture.Request) { r.Fingers = []biometrics.Position{biometrics.RightFour} },
		"quality":    func(r *capture.Request) { r.MinQuality = 101 },
		"no timeout": func(r *capture.Request) { r.Timeout = -1 },
	} {
		r := good
		change(&r)
		require.Error(t, sbi.CheckRequest(r), name)
	}
	for name, c := range map[string]struct {
		change func(*sbi.CaptureRequest)
		code   int
	}{
		"version":     {func(r *sbi.CaptureRequest) { r.SpecVersion = "1.0" }, 500},
		"iris":        {func(r *sbi.CaptureRequest) { r.Bio[0].Type = "Iris" }, 106},
		"count":       {func(r *sbi.CaptureRequest) { r.Bio[0].Count = 2 }, 109},
		"finger":      {func(r *sbi.CaptureRequest) { r.Bio[0].SubTypes = []string{"Tail"} }, 500},
		"transaction": {func(r *sbi.CaptureRequest) { r.TransactionID = "" }, 500},
	} {
		r := request(biometrics.RightIndex)
		c.change(&r)
		_, err := r.Asked()
		require.Error(t, err, name)
		require.Equal(t, c.code, sbi.CodeOf(err), name)
	}
	slap := request(rightFour()...)
	slap.Bio[0].SubTypes = nil
	asked, err := slap.Asked()
	require.NoError(t, err)
	require.Equal(t, rightFour(), asked.Fingers, "the part says which")
	some := request(biometrics.LeftThumb)
	some.Bio[0].SubTypes, some.Bio[0].SubID = []string{sbi.Unknown}, 0
	asked, err = some.Asked()
	require.NoError(t, err)
	require.Len(t, asked.Fingers, 1)
}

func TestNames(t *testing.T) {
	for _, p := range biometrics.Fingers() {
		read, err := sbi.ParseFinger(strings.ToUpper(sbi.FingerName(p)))
		require.NoError(t, err)
		require.Equal(t, p, read)
	}
	require.Equal(t, "Right IndexFinger", sbi.FingerName(biometrics.RightIndex))
	require.Equal(t, sbi.Unknown, sbi.FingerName(biometrics.RightFour))
	for _, s := range []capture.State{capture.Ready, capture.Busy, capture.NotReady, capture.NotRegistered} {
		require.Equal(t, s, sbi.ParseStatus(sbi.StatusName(s)))
	}
	require.Equal(t, capture.NotReady, sbi.ParseStatus("on fire"))
	at, err := sbi.ParseTime("2019-02-15T10:01:57.086+05:30")
	require.NoError(t, err)
	require.Equal(t, "2019-02-15T04:31:57.086Z", sbi.FormatTime(at))
	_, err = sbi.ParseTime("2019-02-15T10:01:57")
	require.Error(t, err, "a time without a zone")
}
