package abis_test

import (
	"context"
	"crypto/rand"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/abis"
	"github.com/openbmis/openbmis/biometrics/abis/abistest"
	"github.com/openbmis/openbmis/biometrics/fingerprint"
)

// desk is a service whose biometrics stand in a map.
type desk struct {
	*abis.Service
	t      *testing.T
	people *abistest.People
	to     abis.Recipient
	shares map[string][]byte
	failed error // what Fetch says, when not nil
	n      byte
}

func newDesk(t *testing.T) *desk {
	key, to, _ := recipient(t)
	d := &desk{t: t, people: abistest.NewPeople(), to: to, shares: map[string][]byte{}}
	d.Service = abis.NewService(abis.ServiceConfig{
		Engine: abis.NewGallery(fingerprint.NewGallery(fingerprint.GalleryOptions{}), time.Now), Key: key, MinQuality: 1, Now: func() time.Time { return at },
		Pending: func(context.Context) (int, error) { return 7, nil },
		Fetch: func(_ context.Context, url string) ([]byte, error) {
			if d.failed != nil {
				return nil, d.failed
			}
			return d.shares[url], nil
		},
	})
	return d
}

// share puts biometrics behind a URL.
func (d *desk) share(plain []byte) string {
	sealed, err := d.to.Seal(rand.Reader, plain)
	require.NoError(d.t, err)
	url := "share:" + uuid.NewString()
	d.shares[url] = sealed
	return url
}

func (d *desk) fingers(person, impression uint64, images bool) string {
	records, err := abis.Records(d.people.Fingers(d.t, person, impression, images), at)
	require.NoError(d.t, err)
	plain, err := abis.MarshalCBEFF(records, "Enroll", fingerprint.Algorithm)
	require.NoError(d.t, err)
	return d.share(plain)
}

func (d *desk) ask(r abis.Request) abis.Response {
	d.n++
	r.RequestID, r.RequestTime = uuid.UUID{0: 1, 6: 0x40, 8: 0x80, 15: d.n}, at
	message, err := r.Marshal()
	require.NoError(d.t, err)
	answer, _ := d.Answer(d.t.Context(), message)
	require.Equal(d.t, r.RequestID, answer.RequestID)
	require.Equal(d.t, at, answer.ResponseTime)
	return answer
}

func found(r abis.Response) []uuid.UUID {
	out := []uuid.UUID{}
	for _, c := range r.Candidates {
		out = append(out, c.Reference)
	}
	return out
}

func TestAServiceAnswersAsTheAPISays(t *testing.T) {
	d := newDesk(t)
	insert := func(person byte, images bool) abis.Response {
		return d.ask(abis.Request{ID: abis.Insert, ReferenceID: abistest.Reference(person), ReferenceURL: d.fingers(uint64(person), 1, images)})
	}
	require.Zero(t, insert(1, true).Reason)
	require.Zero(t, insert(2, false).Reason)
	require.Zero(t, insert(3, false).Reason)
	require.Equal(t, abis.ReferenceExists, insert(1, false).Reason)
	require.Equal(t, 3, d.ask(abis.Request{ID: abis.ReferenceCount}).Count)
	require.Equal(t, 7, d.ask(abis.Request{ID: abis.PendingJobs}).Pending)
	require.Zero(t, d.ask(abis.Request{ID: abis.Ping}).Reason)

	probe := d.fingers(2, 2, false)
	answer := d.ask(abis.Request{ID: abis.Identify, ReferenceURL: probe})
	require.Equal(t, []uuid.UUID{abistest.Reference(2)}, found(answer))
	require.Equal(t, "3", answer.Analytics[abis.AnalyticCompared])
	require.Len(t, answer.Candidates[0].FingerScores(), 2)
	require.Equal(t, []biometrics.Position{biometrics.RightIndex, biometrics.RightMiddle},
		[]biometrics.Position{answer.Candidates[0].FingerScores()[0].Position, answer.Candidates[0].FingerScores()[1].Position})
	require.Empty(t, found(d.ask(abis.Request{ID: abis.Identify, ReferenceURL: probe, Gallery: []uuid.UUID{abistest.Reference(1), abistest.Reference(9)}})))
	require.Len(t, found(d.ask(abis.Request{ID: abis.Identify, ReferenceURL: probe, Gallery: []uuid.UUID{abistest.Reference(2)}})), 1)
	require.Empty(t, found(d.ask(abis.Request{ID: abis.Identify, ReferenceID: abistest.Reference(1)})), "nobody is his own candidate")

	require.Zero(t, d.ask(abis.Request{ID: abis.Delete, ReferenceID: abistest.Reference(2)}).Reason)
	require.Equal(t, abis.ReferenceNotFound, d.ask(abis.Request{ID: abis.Delete, ReferenceID: abistest.Reference(2)}).Reason)
	require.Equal(t, abis.ReferenceNotFound, d.ask(abis.Request{ID: abis.Identify, ReferenceID: abistest.Reference(2)}).Reason)
	require.Empty(t, found(d.ask(abis.Request{ID: abis.Identify, ReferenceURL: probe})))
}

func TestFlagsOfAnIdentification(t *testing.T) {
	d := newDesk(t)
	for person, reference := range map[uint64]byte{1: 1, 2: 2} {
		require.Zero(t, d.ask(abis.Request{ID: abis.Insert, ReferenceID: abistest.Reference(reference), ReferenceURL: d.fingers(person, 1, false)}).Reason)
	}
	require.Zero(t, d.ask(abis.Request{ID: abis.Insert, ReferenceID: abistest.Reference(11), ReferenceURL: d.fingers(1, 3, false)}).Reason)
	probe := d.fingers(1, 2, false)
	with := func(name, value string) abis.Response {
		return d.ask(abis.Request{ID: abis.Identify, ReferenceURL: probe, Flags: map[string]string{name: value}})
	}
	require.Len(t, found(with("x", "y")), 2)
	require.Len(t, found(with(abis.FlagMaxResults, "1")), 1)
	require.Len(t, found(with(abis.FlagTargetFPIR, "30")), 2)
	require.Empty(t, found(with(abis.FlagTargetFPIR, "900")))
	require.Empty(t, found(with(abis.FlagThreshold, "900")))
	for _, name := range []string{abis.FlagMaxResults, abis.FlagTargetFPIR, abis.FlagThreshold} {
		require.Equal(t, abis.InvalidStructure, with(name, "many").Reason, name)
		require.Equal(t, abis.InvalidStructure, with(name, "-1").Reason, name)
	}
}

func TestAServiceSaysWhyItCannot(t *testing.T) {
	d := newDesk(t)
	insert := func(url string) abis.Reason {
		return d.ask(abis.Request{ID: abis.Insert, ReferenceID: abistest.Reference(1), ReferenceURL: url}).Reason
	}
	blank := biometrics.Image{Width: 300, Height: 300, PPI: 500, Pix: make([]byte, 90000)}
	records, err := abis.Records([]abis.Finger{{Position: biometrics.RightIndex, Image: &blank}}, at)
	require.NoError(t, err)
	unprinted, err := abis.MarshalCBEFF(records, "Enroll", "x")
	require.NoError(t, err)
	records[0].Data = []byte("no record")
	broken, err := abis.MarshalCBEFF(records, "Enroll", "x")
	require.NoError(t, err)
	require.Equal(t, abis.QualityCheckFailed, insert(d.share(unprinted)))
	require.Equal(t, abis.InvalidCBEFF, insert(d.share(broken)))
	require.Equal(t, abis.InvalidCBEFF, insert(d.share([]byte("<"))))
	require.Equal(t, abis.NoData, insert(d.share([]byte("<BIR></BIR>"))))
	require.Equal(t, abis.CannotFetch, insert("share:nothing"))
	d.failed = errors.New("no line")
	require.Equal(t, abis.CannotFetch, insert("x"))
	d.failed = abis.ErrGone
	require.Equal(t, abis.ShareExpired, insert("x"))
	require.Zero(t, d.ask(abis.Request{ID: abis.ReferenceCount}).Count, "nobody was taken")

	answer, err := d.Answer(t.Context(), []byte("{}"))
	require.Error(t, err)
	require.Equal(t, abis.MissingRequest, answer.Reason)
	require.Equal(t, uuid.Nil, answer.RequestID)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	message, err := requests()["ping"].Marshal()
	require.NoError(t, err)
	answer, err = d.Answer(ctx, message)
	require.Error(t, err)
	require.Equal(t, abis.Aborted, answer.Reason)
}
