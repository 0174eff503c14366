package abis_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/abis"
)

var (
	at        = time.Date(2026, 11, 22, 8, 30, 0, 692_000_000, time.UTC)
	requestID = uuid.MustParse("01234567-89ab-4def-8123-456789abcdef")
	person    = uuid.MustParse("2abe7b7d-b58a-4466-a006-c79297281123")
	other     = uuid.MustParse("3bce7b7d-b58a-4466-a006-c79297281678")
)

// requests are a message of each operation.
func requests() map[string]abis.Request {
	head := func(id abis.Operation) abis.Request {
		return abis.Request{ID: id, RequestID: requestID, RequestTime: at}
	}
	insert, identify, held, remove := head(abis.Insert), head(abis.Identify), head(abis.Identify), head(abis.Delete)
	insert.ReferenceID, insert.ReferenceURL = person, "nats-object://abis_biometrics/"+requestID.String()
	identify.ReferenceURL = insert.ReferenceURL
	identify.Flags = map[string]string{abis.FlagMaxResults: "10", abis.FlagTargetFPIR: "30", abis.FlagThreshold: "50"}
	held.ReferenceID, held.Gallery = person, []uuid.UUID{other}
	remove.ReferenceID = person
	return map[string]abis.Request{
		"insert": insert, "identify": identify, "identify-held": held, "delete": remove,
		"ping": head(abis.Ping), "pendingJobs": head(abis.PendingJobs), "referenceCount": head(abis.ReferenceCount),
	}
}

// responses are a message of each operation.
func responses() map[string]abis.Response {
	head := func(id abis.Operation) abis.Response {
		return abis.Response{ID: id, RequestID: requestID, ResponseTime: at}
	}
	failed, found, none, count, jobs := head(abis.Insert), head(abis.Identify), head(abis.Identify), head(abis.ReferenceCount), head(abis.PendingJobs)
	failed.Reason = abis.CannotFetch
	found.Candidates = []abis.ResponseCandidate{{
		Reference: person, Analytics: map[string]string{abis.AnalyticScore: "88.20", abis.AnalyticInternal: "88"},
		Modalities: []abis.Modality{{BiometricType: "FIR", Analytics: map[string]string{abis.AnalyticScore: "61.00", abis.AnalyticFinger: "Right IndexFinger"}}},
	}}
	found.Analytics = map[string]string{abis.AnalyticCompared: "4"}
	count.Count, jobs.Pending = 10, 3
	return map[string]abis.Response{
		"insert-done": head(abis.Insert), "insert-failed": failed, "identify-found": found, "identify-none": none,
		"delete-done": head(abis.Delete), "ping-done": head(abis.Ping), "referenceCount-done": count, "pendingJobs-done": jobs,
	}
}

// golden compares a message with its file; BMIS_UPDATE_GOLDEN=1 writes it.
func golden(t *testing.T, name string, message []byte) {
	t.Helper()
	var pretty bytes.Buffer
	require.NoError(t, json.Indent(&pretty, message, "", "  "))
	path := filepath.Join("testdata", name+".json")
	if os.Getenv("BMIS_UPDATE_GOLDEN") != "" {
		require.NoError(t, os.WriteFile(path, append(pretty.Bytes(), '\n'), 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), pretty.String()+"\n", name)
}

func TestMessagesAreWrittenAndReadBack(t *testing.T) {
	for name, r := range requests() {
		data, err := r.Marshal()
		require.NoError(t, err, name)
		golden(t, name, data)
		back, err := abis.ParseRequest(data)
		require.NoError(t, err, name)
		require.Equal(t, r, back, name)
	}
	for name, r := range responses() {
		data, err := r.Marshal()
		require.NoError(t, err, name)
		golden(t, name, data)
		back, err := abis.ParseResponse(data)
		require.NoError(t, err, name)
		require.Equal(t, r, back, name)
	}
}

func TestScoresAreReadWhereTheyAreOnOurScale(t *testing.T) {
	found := responses()["identify-found"].Candidates[0]
	score, told := found.Score()
	require.True(t, told)
	require.InDelta(t, 88.2, score, 1e-9)
	require.Equal(t, []abis.FingerScore{{Position: biometrics.RightIndex, Score: 61}}, found.FingerScores())
	for _, text := range []string{"", "x", "-1", "NaN", "Inf", "1e9"} {
		_, told := abis.ResponseCandidate{Analytics: map[string]string{abis.AnalyticScore: text}}.Score()
		require.False(t, told, text)
	}
}

// What MOSIP's own documentation shows as examples, with its habits: numbers as text or not, upper case, objects as analytics.
func TestMessagesOfOthersAreRead(t *testing.T) {
	r, err := abis.ParseRequest([]byte(`{"id":"mosip.abis.identify","version":"1.1","requestId":"01234567-89AB-CDEF-0123-456789ABCDEF",
		"requesttime":"2020-03-29T07:01:24.692Z","referenceId":"98765432-89AB-CDEF-0123-456789ABCDEF","referenceURL":"",
		"flags":{"maxResults":"10","targetFPIR":30,"flag1":"value1"},"gallery":{"referenceIds":[{"referenceId":"2abe7b7d-b58a-4466-a006-c79297281123"}]},"later":1}`))
	require.NoError(t, err)
	require.Equal(t, map[string]string{"maxResults": "10", "targetFPIR": "30", "flag1": "value1"}, r.Flags)
	require.Equal(t, []uuid.UUID{person}, r.Gallery)
	answer, err := abis.ParseResponse([]byte(`{"id":"mosip.abis.identify","requestId":"01234567-89AB-CDEF-0123-456789ABCDEF","responsetime":"2020-03-29T07:01:24.692Z",
		"returnValue":1,"candidateList":{"count":1,"candidates":[{"referenceId":"2abe7b7d-b58a-4466-a006-c79297281123","analytics":{"confidence":"90","more":{"a":1}},
		"modalities":[{"biometricType":"FIR","analytics":{"confidence":"90"}}]}],"analytics":{}}}`))
	require.NoError(t, err)
	require.Equal(t, map[string]string{"confidence": "90", "more": `{"a":1}`}, answer.Candidates[0].Analytics)
	_, told := answer.Candidates[0].Score()
	require.False(t, told, "a confidence is of nobody's scale")
	failed, err := abis.ParseResponse([]byte(`{"id":"mosip.id.identify","requestId":"01234567-89AB-CDEF-0123-456789ABCDEF","returnValue":2,"failureReason":7}`))
	require.NoError(t, err)
	require.True(t, abis.FailedFor(failed.Failed(), abis.CannotFetch))
	silent, err := abis.ParseResponse([]byte(`{"id":"mosip.abis.insert","requestId":"01234567-89AB-CDEF-0123-456789ABCDEF","returnValue":"2"}`))
	require.NoError(t, err)
	require.True(t, abis.FailedFor(silent.Failed(), abis.UnexpectedError), "a failure without a reason is a failure")
}

func TestRequestsAreRefusedForTheReasonOfTheAPI(t *testing.T) {
	good := `{"id":"mosip.abis.insert","version":"1.1","requestId":"` + requestID.String() + `","requesttime":"2020-03-29T07:01:24.692Z","referenceId":"` +
		person.String() + `","referenceURL":"https://abis.example/x"}`
	_, err := abis.ParseRequest([]byte(good))
	require.NoError(t, err)
	change := func(old, fresh string) string {
		require.Contains(t, good, old)
		return strings.Replace(good, old, fresh, 1)
	}
	for name, c := range map[string]struct {
		message string
		want    abis.Reason
	}{
		"nothing":         {"", abis.InvalidStructure},
		"a list":          {"[]", abis.InvalidStructure},
		"more":            {good + "{}", abis.InvalidStructure},
		"too long":        {change("1.1", strings.Repeat("1", abis.MaxMessage)), abis.InvalidStructure},
		"no requestId":    {change(requestID.String(), ""), abis.MissingRequest},
		"requestId":       {change(requestID.String(), "7"), abis.InvalidStructure},
		"no referenceId":  {change(person.String(), ""), abis.MissingReference},
		"referenceId":     {change(person.String(), "somebody"), abis.InvalidStructure},
		"no URL":          {change("https://abis.example/x", ""), abis.MissingURL},
		"a long URL":      {change("https://", strings.Repeat("x", abis.MaxText)), abis.InvalidStructure},
		"no time":         {change("2020-03-29T07:01:24.692Z", ""), abis.MissingTime},
		"time":            {change("2020-03-29T07:01:24.692Z", "yesterday"), abis.InvalidTime},
		"version":         {change(`"1.1"`, `"2.0"`), abis.InvalidVersion},
		"id":              {change("mosip.abis.insert", "mosip.abis.merge"), abis.InvalidID},
		"text as object":  {change(`"1.1"`, `{}`), abis.InvalidStructure},
		"flag as object":  {change(`"version"`, `"flags":{"a":{}},"version"`), abis.InvalidStructure},
		"gallery of none": {change(`"version"`, `"gallery":{"referenceIds":[{"referenceId":"x"}]},"version"`), abis.InvalidStructure},
	} {
		_, err := abis.ParseRequest([]byte(c.message))
		require.True(t, abis.FailedFor(err, c.want), "%s: %v", name, err)
	}
}

func TestResponsesThatContradictThemselvesAreErrors(t *testing.T) {
	candidate := `{"referenceId":"` + person.String() + `"}`
	head := `{"id":"mosip.abis.identify","requestId":"` + requestID.String() + `","returnValue":"1"`
	many := strings.TrimSuffix(strings.Repeat(`{"biometricType":"FIR"},`, abis.MaxFingers+1), ",")
	for name, message := range map[string]string{
		"nothing":         ``,
		"no id":           `{"returnValue":"1"}`,
		"return value":    strings.Replace(head, `"1"`, `"3"`, 1) + `}`,
		"operation":       `{"id":"x","requestId":"` + requestID.String() + `","returnValue":"1"}`,
		"count":           head + `,"candidateList":{"count":"2","candidates":[` + candidate + `]}}`,
		"reference":       head + `,"candidateList":{"count":"1","candidates":[{"referenceId":"x"}]}}`,
		"twice":           head + `,"candidateList":{"candidates":[` + candidate + `,` + candidate + `]}}`,
		"modalities":      head + `,"candidateList":{"candidates":[{"referenceId":"` + person.String() + `","modalities":[` + many + `]}]}}`,
		"reference count": `{"id":"mosip.abis.referenceCount","requestId":"` + requestID.String() + `","returnValue":"1","count":"many"}`,
		"pending":         `{"id":"mosip.abis.pendingJobs","requestId":"` + requestID.String() + `","returnValue":"1"}`,
	} {
		_, err := abis.ParseResponse([]byte(message))
		require.Error(t, err, name)
	}
	empty, err := abis.ParseResponse([]byte(head + `}`))
	require.NoError(t, err, "no list: no candidates")
	require.Empty(t, empty.Candidates)
}

func TestReasonsHaveWords(t *testing.T) {
	require.Len(t, abis.Reasons(), 18)
	seen := map[string]bool{}
	for _, r := range abis.Reasons() {
		require.NotContains(t, r.String(), "reason ", int(r))
		seen[r.String()] = true
	}
	require.Len(t, seen, 18)
	require.Equal(t, "reason 99", abis.Reason(99).String())
	require.True(t, abis.CannotFetch.Temporary())
	require.False(t, abis.InvalidCBEFF.Temporary())
	require.ErrorContains(t, &abis.Failure{Reason: abis.NoData}, "failure reason 11")
}

func TestAnyRequestThatIsWrittenIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := abis.Request{ID: rapid.SampledFrom(abis.Operations()).Draw(t, "id"), RequestID: requestID, RequestTime: at, ReferenceID: person}
		if r.ID == abis.Insert || r.ID == abis.Identify {
			r.ReferenceURL = "x" + rapid.StringN(0, 50, 200).Draw(t, "url")
		}
		for i := range rapid.IntRange(0, 5).Draw(t, "gallery") {
			r.Gallery = append(r.Gallery, uuid.NewSHA1(person, fmt.Append(nil, i)))
		}
		data, err := r.Marshal()
		require.NoError(t, err)
		back, err := abis.ParseRequest(data)
		require.NoError(t, err)
		require.Equal(t, r, back)
	})
}

func FuzzParseRequest(f *testing.F) {
	for _, r := range requests() {
		data, err := r.Marshal()
		require.NoError(f, err)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := abis.ParseRequest(data)
		if err != nil {
			var failure *abis.Failure
			require.ErrorAs(t, err, &failure)
			return
		}
		r.RequestTime = at
		_, err = r.Marshal()
		require.NoError(t, err)
	})
}

func FuzzParseResponse(f *testing.F) {
	for _, r := range responses() {
		data, err := r.Marshal()
		require.NoError(f, err)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := abis.ParseResponse(data)
		if err != nil {
			return
		}
		r.ResponseTime = at
		again, err := r.Marshal()
		require.NoError(t, err)
		_, err = abis.ParseResponse(again)
		require.NoError(t, err)
	})
}
