package sbi_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/capture"
	"github.com/openbmis/openbmis/biometrics/capture/sbi"
)

// body answers r with what the service of m gives, after change.
func (m maker) body(t testing.TB, r sbi.CaptureRequest, given []sbi.Given, change func(*sbi.CaptureResponse)) []byte {
	t.Helper()
	response, err := m.service().Respond(r, given)
	require.NoError(t, err)
	if change != nil {
		change(&response)
	}
	raw, err := json.Marshal(response)
	require.NoError(t, err)
	return raw
}

func TestAnswerGivesEachFingerOnce(t *testing.T) {
	m, r := newMaker(t, nil), request(rightFour()...)
	a, err := m.verifier().Answer(reader(), r, m.body(t, r, given(rightFour()...), nil))
	require.NoError(t, err)
	require.Len(t, a.Prints, 4)
	require.Equal(t, noon(), a.At)
	for i, p := range a.Prints {
		require.Equal(t, rightFour()[i], p.Position)
		require.Equal(t, record(p.Position), p.Record)
		require.Equal(t, 70, *p.DeviceQuality)
		require.Equal(t, 4, p.Image.Width)
		require.NoError(t, p.Problem)
		require.Nil(t, p.NFIQ2, "a reader's score is no NFIQ 2")
	}
	next := sbi.NewRequest(reader(), capture.Request{Transaction: "T-1", Fingers: []biometrics.Position{biometrics.LeftIndex}}, a.Hash, noon())
	require.Equal(t, a.Hash, next.Bio[0].PreviousHash)
	_, err = m.verifier().Answer(reader(), next, m.body(t, next, given(biometrics.LeftIndex), nil))
	require.NoError(t, err, "the chain goes on over requests")
}

// resign signs what change makes of the data of the n-th finger, and chains it as before.
func (m maker) resign(t testing.TB, r sbi.CaptureRequest, change func(*sbi.Data)) func(*sbi.CaptureResponse) {
	return func(response *sbi.CaptureResponse) {
		previous := r.Bio[0].PreviousHash
		for i, b := range response.Biometrics {
			payload, _, err := m.trust().Verify(b.Data)
			require.NoError(t, err)
			var d sbi.Data
			require.NoError(t, json.Unmarshal(payload, &d))
			if i == len(response.Biometrics)-1 {
				change(&d)
			}
			raw, err := json.Marshal(d)
			require.NoError(t, err)
			if previous, err = sbi.NextHash(previous, raw); err != nil {
				require.NoError(t, err)
			}
			response.Biometrics[i].Hash = previous
			response.Biometrics[i].Data, err = m.signer.Sign(raw)
			require.NoError(t, err)
		}
	}
}

func TestAnswerThatIsNotOfThisRequestIsRefused(t *testing.T) {
	m, r := newMaker(t, nil), request(biometrics.RightIndex, biometrics.RightMiddle)
	other := newMaker(t, nil)
	data := func(change func(*sbi.Data)) func(*sbi.CaptureResponse) { return m.resign(t, r, change) }
	for _, c := range []struct {
		name     string
		change   func(*sbi.CaptureResponse)
		expected error
	}{
		{"nothing", func(*sbi.CaptureResponse) {}, nil},
		{"resigned alike", data(func(*sbi.Data) {}), nil},
		{"another transaction", data(func(d *sbi.Data) { d.TransactionID = "T-2" }), capture.ErrStale},
		{"no transaction", data(func(d *sbi.Data) { d.TransactionID = "" }), capture.ErrStale},
		{"old", data(func(d *sbi.Data) { d.Timestamp = sbi.FormatTime(noon().Add(-time.Hour)) }), capture.ErrStale},
		{"of the future", data(func(d *sbi.Data) { d.Timestamp = sbi.FormatTime(noon().Add(time.Hour)) }), capture.ErrStale},
		{"clock a minute off", data(func(d *sbi.Data) { d.Timestamp = sbi.FormatTime(noon().Add(-time.Minute)) }), nil},
		{"no time", data(func(d *sbi.Data) { d.Timestamp = "yesterday" }), capture.ErrStale},
		{"another purpose", data(func(d *sbi.Data) { d.Purpose = sbi.PurposeAuth }), capture.ErrStale},
		{"another environment", data(func(d *sbi.Data) { d.Env = "Production" }), capture.ErrStale},
		{"another device", data(func(d *sbi.Data) {
			id := identity()
			id.SerialNo = "SIM0000002"
			d.DigitalID, _ = m.signer.SignJSON(id)
		}), capture.ErrStale},
		{"unsigned identity", data(func(d *sbi.Data) { d.DigitalID = "e30" }), capture.ErrSignature},
		{"a finger that was not asked", data(func(d *sbi.Data) { d.BioSubType = "Left Thumb" }), capture.ErrWrongFinger},
		{"a finger twice", data(func(d *sbi.Data) { d.BioSubType = "Right IndexFinger" }), capture.ErrWrongFinger},
		{"a finger nobody has", data(func(d *sbi.Data) { d.BioSubType = "Tail" }), capture.ErrWrongFinger},
		{"unknown among two", data(func(d *sbi.Data) { d.BioSubType = sbi.Unknown }), capture.ErrWrongFinger},
		{"an iris", data(func(d *sbi.Data) { d.BioType = "Iris" }), capture.ErrWrongFinger},
		{"a record of another finger", data(func(d *sbi.Data) {
			d.BioValue = base64.RawURLEncoding.EncodeToString(record(biometrics.LeftThumb))
		}), capture.ErrWrongFinger},
		{"no record", data(func(d *sbi.Data) { d.BioValue = "" }), capture.ErrFailed},
		{"a record that nobody reads", data(func(d *sbi.Data) { d.BioValue = "AAAAAAAA" }), capture.ErrUnsupported},
		{"one finger too few", func(r *sbi.CaptureResponse) { r.Biometrics = r.Biometrics[:1] }, capture.ErrWrongFinger},
		{"fingers changed about", func(r *sbi.CaptureResponse) { r.Biometrics[0], r.Biometrics[1] = r.Biometrics[1], r.Biometrics[0] }, capture.ErrChain},
		{"first finger left out", func(r *sbi.CaptureResponse) { r.Biometrics = r.Biometrics[1:] }, capture.ErrChain},
		{"hash of something else", func(r *sbi.CaptureResponse) { r.Biometrics[1].Hash = strings.Repeat("0", 64) }, capture.ErrChain},
		{"no hash", func(r *sbi.CaptureResponse) { r.Biometrics[1].Hash = "" }, capture.ErrChain},
		{"another version", func(r *sbi.CaptureResponse) { r.Biometrics[1].SpecVersion = "1.0" }, capture.ErrUnsupported},
		{"encrypted", func(r *sbi.CaptureResponse) { r.Biometrics[1].SessionKey = "AAAA" }, capture.ErrUnsupported},
		{"signed by another maker", func(r *sbi.CaptureResponse) {
			payload, _, _ := m.trust().Verify(r.Biometrics[1].Data)
			r.Biometrics[1].Data, _ = other.signer.Sign(payload)
		}, capture.ErrSignature},
		{"nothing in it", func(r *sbi.CaptureResponse) { r.Biometrics = nil }, capture.ErrFailed},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := m.verifier().Answer(reader(), r, m.body(t, r, given(biometrics.RightIndex, biometrics.RightMiddle), c.change))
			require.ErrorIs(t, err, c.expected)
		})
	}
}

func TestDeviceTellsWhatFailed(t *testing.T) {
	m := newMaker(t, nil)
	all := request(biometrics.RightIndex, biometrics.RightMiddle)
	for code, expected := range map[int]error{
		100: capture.ErrNotReady, 101: capture.ErrNoFinger, 102: capture.ErrFailed, 103: capture.ErrFailed, 104: capture.ErrNotReady, 105: capture.ErrFailed,
		106: capture.ErrUnreachable, 107: capture.ErrNotReady, 108: capture.ErrNotReady, 109: capture.ErrWrongFinger, 110: capture.ErrNotReady, 111: capture.ErrBusy,
		202: capture.ErrUnreachable, 530: capture.ErrFailed, 803: capture.ErrBusy, 801: capture.ErrTimeout,
	} {
		raw, err := json.Marshal(sbi.Refuse(sbi.ErrorOf(code)))
		require.NoError(t, err)
		_, err = m.verifier().Answer(reader(), all, raw)
		require.ErrorIs(t, err, expected, code)
		require.Equal(t, code, sbi.CodeOf(err), "the code is kept for the log")
	}
	some := given(biometrics.RightIndex, biometrics.RightMiddle)
	some[0] = sbi.Given{Position: biometrics.RightIndex, Err: sbi.ErrorOf(101)}
	a, err := m.verifier().Answer(reader(), all, m.body(t, all, some, nil))
	require.NoError(t, err, "one finger is there")
	require.Equal(t, biometrics.RightMiddle, a.Prints[0].Position)
	require.NoError(t, a.Prints[0].Problem)
	require.Equal(t, biometrics.RightIndex, a.Prints[1].Position)
	require.ErrorIs(t, a.Prints[1].Problem, capture.ErrNoFinger)
}

func TestReaderOfOneFingerCannotKnowWhich(t *testing.T) {
	m, r := newMaker(t, nil), request(biometrics.LeftThumb)
	body := m.body(t, r, given(biometrics.LeftThumb), m.resign(t, r, func(d *sbi.Data) { d.BioSubType = sbi.Unknown }))
	a, err := m.verifier().Answer(reader(), r, body)
	require.NoError(t, err)
	require.Equal(t, biometrics.LeftThumb, a.Prints[0].Position)
}

// Makers read the standard's words about the hash in different ways; one reader may not change its way in the middle.
func TestChainInEveryReading(t *testing.T) {
	m, r := newMaker(t, nil), request(biometrics.RightIndex, biometrics.RightMiddle)
	sum := func(b []byte) []byte { s := sha256.Sum256(b); return s[:] }
	text := func(a, b []byte) []byte { return []byte(hex.EncodeToString(a) + hex.EncodeToString(b)) }
	upper := func(a, b []byte) []byte { return []byte(strings.ToUpper(string(text(a, b)))) }
	raw := func(a, b []byte) []byte { return append(append([]byte{}, a...), b...) }
	chained := func(join func(n int, a, b []byte) []byte, records bool) []byte {
		return m.body(t, r, given(biometrics.RightIndex, biometrics.RightMiddle), func(response *sbi.CaptureResponse) {
			previous := sum(nil)
			for i, b := range response.Biometrics {
				block, _, err := m.trust().Verify(b.Data)
				require.NoError(t, err)
				if records {
					block = record(rightFour()[i])
				}
				previous = sum(join(i, previous, sum(block)))
				response.Biometrics[i].Hash = strings.ToUpper(hex.EncodeToString(previous))
			}
		})
	}
	for name, join := range map[string]func(a, b []byte) []byte{"text": text, "upper": upper, "bytes": raw} {
		for _, records := range []bool{false, true} {
			_, err := m.verifier().Answer(reader(), r, chained(func(_ int, a, b []byte) []byte { return join(a, b) }, records))
			require.NoError(t, err, "%s, records %t", name, records)
		}
	}
	_, err := m.verifier().Answer(reader(), r, chained(func(n int, a, b []byte) []byte {
		if n == 0 {
			return text(a, b)
		}
		return raw(a, b)
	}, false))
	require.ErrorIs(t, err, capture.ErrChain)
}

func TestEncryptedPrintIsOpenedByItsReceiverOnly(t *testing.T) {
	m, r := newMaker(t, nil), request(biometrics.RightIndex)
	r.Purpose = sbi.PurposeAuth
	domain := func(n int) (*rsa.PrivateKey, *x509.Certificate) {
		key := keys()[n]
		return key, m.sign(t, &x509.Certificate{SerialNumber: m.root.SerialNumber, NotBefore: noon(), NotAfter: noon()}, nil, &key.PublicKey)
	}
	key, certificate := domain(1)
	service := m.service()
	var err error
	service.Seal, err = sbi.SealFor(certificate, rand.Reader)
	require.NoError(t, err)
	response, err := service.Respond(r, given(biometrics.RightIndex))
	require.NoError(t, err)
	body, err := json.Marshal(response)
	require.NoError(t, err)
	v := m.verifier()
	v.Open = sbi.Opener(key, certificate)
	a, err := v.Answer(reader(), r, body)
	require.NoError(t, err)
	require.Equal(t, record(biometrics.RightIndex), a.Prints[0].Record)
	v.Open = sbi.Opener(domain(0))
	_, err = v.Answer(reader(), r, body)
	require.ErrorIs(t, err, capture.ErrUnsupported)
	v.Open = sbi.Opener(keys()[0], certificate)
	_, err = v.Answer(reader(), r, body)
	require.ErrorIs(t, err, capture.ErrFailed)
}

func TestVerifierSaysWhatItLacks(t *testing.T) {
	require.Error(t, sbi.Verifier{Trust: sbi.Trust{Now: noon}}.Check())
	require.Error(t, sbi.Verifier{Decode: decodeRecord}.Check())
	require.NoError(t, sbi.Verifier{Decode: decodeRecord, Trust: sbi.Trust{Now: noon}}.Check())
	require.NoError(t, sbi.ErrorOf(0))
}

// Another device of the same maker signs as well as this one, and is not this one.
func TestAnotherDevicesKeyIsNotThisDevice(t *testing.T) {
	m, r := newMaker(t, nil), request(biometrics.RightIndex)
	other := m
	key := keys()[1]
	other.signer = sbi.Signer{Key: key, Random: rand.Reader, Chain: []*x509.Certificate{m.sign(t, &x509.Certificate{
		SerialNumber: m.root.SerialNumber, NotBefore: noon().Add(-time.Hour), NotAfter: noon().Add(time.Hour), KeyUsage: x509.KeyUsageDigitalSignature,
	}, m.root, &key.PublicKey)}}
	_, _, err := m.trust().Verify(must(other.signer.Sign([]byte("x"))))
	require.NoError(t, err, "its signatures are believed")
	_, err = m.verifier().Answer(reader(), r, other.body(t, r, given(biometrics.RightIndex), nil))
	require.ErrorIs(t, err, capture.ErrSignature)

	stolen := m.resign(t, r, func(d *sbi.Data) { d.DigitalID = must(other.signer.SignJSON(identity())) })
	_, err = m.verifier().Answer(reader(), r, m.body(t, r, given(biometrics.RightIndex), stolen))
	require.ErrorIs(t, err, capture.ErrSignature, "another's identity")

	info := deviceInfo()
	info.DigitalID = must(m.signer.SignJSON(identity()))
	raw, err := json.Marshal([]sbi.InfoItem{{DeviceInfo: must(other.signer.SignJSON(info))}})
	require.NoError(t, err)
	_, err = m.trust().Readers(raw)
	require.ErrorIs(t, err, capture.ErrSignature, "information with another's identity")
	readers, err := m.trust().Readers(m.info(t, deviceInfo(), identity()))
	require.NoError(t, err)
	require.Equal(t, reader().Key, readers[0].Key)
	require.Equal(t, reader().IdentityKey, readers[0].IdentityKey)
}

func must(text string, err error) string {
	if err != nil {
		panic(err)
	}
	return text
}
