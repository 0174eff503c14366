package abis

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/biometrics"
)

// Response is a message from an ABIS.
type Response struct {
	ID           Operation
	RequestID    uuid.UUID
	ResponseTime time.Time
	// Reason is why the request failed; 0: it succeeded.
	Reason Reason
	// Count is of ReferenceCount and Pending of PendingJobs.
	Count, Pending int
	// Candidates are of Identify, and Analytics what the ABIS says of the search, if anything.
	Candidates []ResponseCandidate
	Analytics  map[string]string
}

// ResponseCandidate is a person found. What its scores mean is agreed with the maker of the ABIS; ours are under AnalyticScore.
type ResponseCandidate struct {
	Reference  uuid.UUID
	Analytics  map[string]string
	Modalities []Modality
}

// Modality is what one kind of biometrics, for our own engine one finger, contributed.
type Modality struct {
	BiometricType string // FIR, FMR, IIR, FID
	Analytics     map[string]string
}

// The analytics that we write and understand.
const (
	AnalyticScore    = "openbmisScore" // on the scale of package fingerprint
	AnalyticFinger   = "bioSubType"    // a finger by its CBEFF name
	AnalyticCompared = "compared"      // persons looked at
	AnalyticMore     = "more"          // persons at the threshold beyond those that were wanted
	AnalyticEngine   = "engine"        // name
	AnalyticVersion  = "version"       // of the engine
	AnalyticInternal = "internalScore" // MOSIP's example: rounded, of whatever scale
)

// wireResponse is a response as it is written.
type wireResponse struct {
	ID            string          `json:"id"`
	RequestID     string          `json:"requestId"`
	ResponseTime  string          `json:"responsetime"`
	ReturnValue   text            `json:"returnValue"`
	FailureReason text            `json:"failureReason,omitempty"`
	JobsCount     text            `json:"jobscount,omitempty"`
	Count         text            `json:"count,omitempty"`
	CandidateList *wireCandidates `json:"candidateList,omitempty"`
}

type wireCandidates struct {
	Count      text            `json:"count"`
	Candidates []wireCandidate `json:"candidates"`
	Analytics  analytics       `json:"analytics,omitempty"`
}

type wireCandidate struct {
	ReferenceID string         `json:"referenceId"`
	Analytics   analytics      `json:"analytics,omitempty"`
	Modalities  []wireModality `json:"modalities,omitempty"`
}

type wireModality struct {
	BiometricType string    `json:"biometricType"`
	Analytics     analytics `json:"analytics,omitempty"`
}

// analytics are keys and values; values that are neither text nor numbers are kept as JSON.
type analytics map[string]string

// UnmarshalJSON reads an object of anything.
func (a *analytics) UnmarshalJSON(data []byte) error {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil {
		return err
	}
	if len(raw) > MaxFlags {
		return fmt.Errorf("analytics: expected at most %d", MaxFlags)
	}
	for key, value := range raw {
		var t text
		if t.UnmarshalJSON(value) != nil {
			t = text(value)
		}
		if len(key) > MaxText || len(t) > MaxText {
			return fmt.Errorf("analytics: expected at most %d bytes each", MaxText)
		}
		if *a == nil {
			*a = analytics{}
		}
		(*a)[key] = string(t)
	}
	return nil
}

// Marshal writes the message.
func (r Response) Marshal() ([]byte, error) {
	w := wireResponse{
		ID: string(r.ID), RequestID: reference(r.RequestID), ResponseTime: r.ResponseTime.UTC().Format(timeForm), ReturnValue: "1",
	}
	switch {
	case r.Reason != 0:
		w.ReturnValue, w.FailureReason = "2", text(strconv.Itoa(int(r.Reason)))
	case r.ID == ReferenceCount:
		w.Count = text(strconv.Itoa(r.Count))
	case r.ID == PendingJobs:
		w.JobsCount = text(strconv.Itoa(r.Pending))
	case r.ID == Identify:
		w.CandidateList = r.candidates()
	}
	return json.Marshal(w)
}

func (r Response) candidates() *wireCandidates {
	list := &wireCandidates{Count: text(strconv.Itoa(len(r.Candidates))), Candidates: []wireCandidate{}, Analytics: r.Analytics}
	for _, c := range r.Candidates {
		one := wireCandidate{ReferenceID: c.Reference.String(), Analytics: c.Analytics}
		for _, m := range c.Modalities {
			one.Modalities = append(one.Modalities, wireModality{m.BiometricType, m.Analytics})
		}
		list.Candidates = append(list.Candidates, one)
	}
	return list
}

// ParseResponse reads a message from an ABIS. An answer that a request failed is no error here: see Response.Failed.
func ParseResponse(data []byte) (Response, error) {
	var w wireResponse
	if err := decode(data, &w); err != nil {
		return Response{}, fmt.Errorf("abis: response: %w", err)
	}
	id, err := uuid.Parse(w.RequestID)
	if err != nil || id == uuid.Nil {
		return Response{}, fmt.Errorf("abis: response: requestId: expected a UUID")
	}
	r := Response{ID: Operation(w.ID), RequestID: id}
	r.ResponseTime, _ = time.Parse(time.RFC3339Nano, w.ResponseTime) // for people alone; zero when it is none
	switch w.ReturnValue {
	case "1":
		return r, r.read(w)
	case "2":
		number, err := strconv.Atoi(string(w.FailureReason))
		if err != nil || number < 1 {
			number = int(UnexpectedError) // it failed, and did not say why
		}
		r.Reason = Reason(number)
		return r, nil
	}
	return Response{}, fmt.Errorf("abis: response: returnValue: expected 1 or 2")
}

// read takes what a success has to say.
func (r *Response) read(w wireResponse) error {
	var err error
	switch r.ID {
	case ReferenceCount:
		r.Count, err = number(w.Count, "count")
	case PendingJobs:
		r.Pending, err = number(w.JobsCount, "jobscount")
	case Identify:
		err = r.readCandidates(w.CandidateList)
	case Insert, Delete, Ping:
	default:
		err = fmt.Errorf("abis: response: id: expected one of the operations")
	}
	return err
}

func number(t text, field string) (int, error) {
	n, err := strconv.Atoi(string(t))
	if err != nil || n < 0 || n > math.MaxInt32 {
		return 0, fmt.Errorf("abis: response: %s: expected a number", field)
	}
	return n, nil
}

func (r *Response) readCandidates(list *wireCandidates) error {
	if list == nil {
		return nil // no candidates
	}
	if len(list.Candidates) > MaxCandidates {
		return fmt.Errorf("abis: response: %d candidates: expected at most %d", len(list.Candidates), MaxCandidates)
	}
	if count, err := number(list.Count, "candidateList.count"); list.Count != "" && (err != nil || count != len(list.Candidates)) {
		return fmt.Errorf("abis: response: candidateList.count: expected %d, as many as there are", len(list.Candidates))
	}
	r.Analytics = list.Analytics
	seen := map[uuid.UUID]bool{}
	for i, c := range list.Candidates {
		id, err := uuid.Parse(c.ReferenceID)
		if err != nil || id == uuid.Nil || seen[id] {
			return fmt.Errorf("abis: response: candidate %d: referenceId: expected a UUID that is named once", i+1)
		}
		if len(c.Modalities) > MaxFingers {
			return fmt.Errorf("abis: response: candidate %d: expected at most %d modalities", i+1, MaxFingers)
		}
		seen[id] = true
		one := ResponseCandidate{Reference: id, Analytics: c.Analytics}
		for _, m := range c.Modalities {
			one.Modalities = append(one.Modalities, Modality{m.BiometricType, m.Analytics})
		}
		r.Candidates = append(r.Candidates, one)
	}
	return nil
}

// Failed is the failure of the request, nil when it succeeded.
func (r Response) Failed() error {
	if r.Reason == 0 {
		return nil
	}
	return &Failure{Reason: r.Reason}
}

// Score is the candidate's fused score, if the ABIS told one on our scale.
func (c ResponseCandidate) Score() (float64, bool) { return score(c.Analytics) }

func score(a map[string]string) (float64, bool) {
	s, err := strconv.ParseFloat(a[AnalyticScore], 64)
	return s, err == nil && s >= 0 && s <= 10000
}

// FingerScores are what the fingers contributed, if the ABIS told it on our scale.
func (c ResponseCandidate) FingerScores() []FingerScore {
	var out []FingerScore
	for _, m := range c.Modalities {
		position, ok := FingerNamed(m.Analytics[AnalyticFinger])
		s, scored := score(m.Analytics)
		if ok && scored {
			out = append(out, FingerScore{position, s})
		}
	}
	return out
}

// candidateOf is a candidate of an engine as it is told.
func candidateOf(c Candidate) ResponseCandidate {
	out := ResponseCandidate{Reference: c.Reference, Analytics: map[string]string{
		AnalyticScore: strconv.FormatFloat(c.Score, 'f', 2, 64), AnalyticInternal: strconv.Itoa(int(math.Round(c.Score))),
	}}
	for _, f := range c.Fingers {
		a := map[string]string{AnalyticScore: strconv.FormatFloat(f.Score, 'f', 2, 64)}
		if f.Position != biometrics.UnknownFinger {
			a[AnalyticFinger] = FingerName(f.Position)
		}
		out.Modalities = append(out.Modalities, Modality{BiometricType: "FIR", Analytics: a})
	}
	return out
}
