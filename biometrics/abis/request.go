package abis

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"
)

// Operation is what an ABIS is asked to do: the id of a message.
type Operation string

// The operations of MOSIP's ABIS API 0.9 (messages of version 1.1).
const (
	Insert         Operation = "mosip.abis.insert"
	Identify       Operation = "mosip.abis.identify"
	Delete         Operation = "mosip.abis.delete"
	Ping           Operation = "mosip.abis.ping"
	PendingJobs    Operation = "mosip.abis.pendingJobs"
	ReferenceCount Operation = "mosip.abis.referenceCount"
)

// Operations are all operations.
func Operations() []Operation {
	return []Operation{Insert, Identify, Delete, Ping, PendingJobs, ReferenceCount}
}

// MessageVersion is written; 0.9 and 1.0 are read too.
const MessageVersion = "1.1"

// Bounds of messages.
const (
	MaxMessage    = 1 << 20
	MaxText       = 4096
	MaxGallery    = 10000
	MaxCandidates = 10000
	MaxFlags      = 64
)

// timeForm is how instants are written: UTC with milliseconds.
const timeForm = "2006-01-02T15:04:05.000Z"

// Request is a message to an ABIS.
type Request struct {
	ID          Operation
	RequestID   uuid.UUID
	RequestTime time.Time
	// ReferenceID is the person inserted, deleted or, if set, searched for.
	ReferenceID uuid.UUID
	// ReferenceURL is where the person's biometrics are: CBEFF XML, sealed (see Seal).
	ReferenceURL string
	// Flags change how an identification is done; see Flag*.
	Flags map[string]string
	// Gallery are the references that are compared with; none: all.
	Gallery []uuid.UUID
}

// The flags that we send and understand. The first two are MOSIP's examples, the third is ours: the lowest fused score of a candidate on the
// scale of package fingerprint, which says the false match rate of one comparison, where targetFPIR says that of a whole search.
const (
	FlagMaxResults = "maxResults"
	FlagTargetFPIR = "targetFPIR"
	FlagThreshold  = "openbmisThreshold"
)

// wireRequest is a request as it is written.
type wireRequest struct {
	ID           string          `json:"id"`
	Version      string          `json:"version"`
	RequestID    string          `json:"requestId"`
	RequestTime  string          `json:"requesttime"`
	ReferenceID  string          `json:"referenceId,omitempty"`
	ReferenceURL *string         `json:"referenceURL,omitempty"`
	Flags        map[string]text `json:"flags,omitempty"`
	Gallery      *wireGallery    `json:"gallery,omitempty"`
}

type wireGallery struct {
	ReferenceIDs []wireReference `json:"referenceIds"`
}

type wireReference struct {
	ReferenceID string `json:"referenceId"`
}

// text is a string that some write as a number.
type text string

// UnmarshalJSON reads a string or a number.
func (t *text) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		var s string
		err := json.Unmarshal(data, &s)
		*t = text(s)
		return err
	}
	var n json.Number
	if err := json.Unmarshal(data, &n); err != nil {
		return errors.New("expected text or a number")
	}
	*t = text(n)
	return nil
}

// Marshal writes the message.
func (r Request) Marshal() ([]byte, error) {
	w := wireRequest{
		ID: string(r.ID), Version: MessageVersion, RequestID: r.RequestID.String(), RequestTime: r.RequestTime.UTC().Format(timeForm),
		ReferenceID: reference(r.ReferenceID),
	}
	if r.ID == Insert || r.ID == Identify {
		w.ReferenceURL = &r.ReferenceURL
	}
	for name, value := range r.Flags {
		if w.Flags == nil {
			w.Flags = map[string]text{}
		}
		w.Flags[name] = text(value)
	}
	if len(r.Gallery) > 0 {
		w.Gallery = &wireGallery{}
		for _, id := range r.Gallery {
			w.Gallery.ReferenceIDs = append(w.Gallery.ReferenceIDs, wireReference{id.String()})
		}
	}
	if f := w.check(); f != nil {
		return nil, f
	}
	return json.Marshal(w)
}

// reference writes a reference; "" when there is none.
func reference(id uuid.UUID) string {
	if id == uuid.Nil {
		return ""
	}
	return id.String()
}

// ParseRequest reads a message to an ABIS. The error is a *Failure with the reason that the API names for it. What could be read is given
// even then, so that the answer names the request.
func ParseRequest(data []byte) (Request, error) {
	var w wireRequest
	if err := decode(data, &w); err != nil {
		return Request{}, fail(InvalidStructure, "%v", err)
	}
	r := Request{ID: Operation(w.ID)}
	r.RequestID, _ = uuid.Parse(w.RequestID) // what is none is told by check, with the name left empty
	if f := w.check(); f != nil {
		return r, f
	}
	r.RequestTime, _ = time.Parse(time.RFC3339Nano, w.RequestTime) // check has read it
	r.ReferenceID, _ = uuid.Parse(w.ReferenceID)                   // check has read it where the operation needs one
	if w.ReferenceURL != nil {
		r.ReferenceURL = *w.ReferenceURL
	}
	for name, value := range w.Flags {
		if r.Flags == nil {
			r.Flags = map[string]string{}
		}
		r.Flags[name] = string(value)
	}
	if w.Gallery != nil {
		for _, g := range w.Gallery.ReferenceIDs {
			id, err := uuid.Parse(g.ReferenceID)
			if err != nil {
				return r, fail(InvalidStructure, "gallery: expected UUIDs")
			}
			r.Gallery = append(r.Gallery, id)
		}
	}
	return r, nil
}

// check says what is wrong, by the reasons of the API.
func (w wireRequest) check() *Failure {
	known := false
	for _, o := range Operations() {
		known = known || string(o) == w.ID
	}
	_, timeErr := time.Parse(time.RFC3339Nano, w.RequestTime)
	id, idErr := uuid.Parse(w.RequestID)
	switch {
	case w.RequestID == "":
		return fail(MissingRequest, "requestId")
	case idErr != nil || id == uuid.Nil:
		return fail(InvalidStructure, "requestId: expected a UUID")
	case !known:
		return fail(InvalidID, "id: expected one of the operations such as %s", Insert)
	case w.Version != MessageVersion && w.Version != "1.0" && w.Version != "0.9":
		return fail(InvalidVersion, "version: expected %s", MessageVersion)
	case w.RequestTime == "":
		return fail(MissingTime, "requesttime")
	case timeErr != nil:
		return fail(InvalidTime, "requesttime: expected such as %s", timeForm)
	}
	return w.checkReferences()
}

func (w wireRequest) checkReferences() *Failure {
	operation, url := Operation(w.ID), ""
	if w.ReferenceURL != nil {
		url = *w.ReferenceURL
	}
	if w.ReferenceID != "" {
		if id, err := uuid.Parse(w.ReferenceID); err != nil || id == uuid.Nil {
			return fail(InvalidStructure, "referenceId: expected a UUID")
		}
	}
	switch {
	case w.ReferenceID == "" && (operation == Insert || operation == Delete):
		return fail(MissingReference, "referenceId")
	case url == "" && (operation == Insert || operation == Identify && w.ReferenceID == ""):
		return fail(MissingURL, "referenceURL")
	case len(url) > MaxText:
		return fail(InvalidStructure, "referenceURL: expected at most %d bytes", MaxText)
	case len(w.Flags) > MaxFlags:
		return fail(InvalidStructure, "flags: expected at most %d", MaxFlags)
	case w.Gallery != nil && len(w.Gallery.ReferenceIDs) > MaxGallery:
		return fail(InvalidStructure, "gallery: expected at most %d references", MaxGallery)
	}
	for name, value := range w.Flags {
		if len(name) > MaxText || len(value) > MaxText {
			return fail(InvalidStructure, "flags: expected at most %d bytes each", MaxText)
		}
	}
	return nil
}

// decode reads one JSON value within the bounds; fields that are not known are left alone, as the API grows.
func decode(data []byte, into any) error {
	if len(data) > MaxMessage {
		return fmt.Errorf("%d bytes: expected at most %d", len(data), MaxMessage)
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	if err := decoder.Decode(into); err != nil {
		return errors.New("expected a JSON object of the API")
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("expected nothing after the JSON object")
	}
	return nil
}
