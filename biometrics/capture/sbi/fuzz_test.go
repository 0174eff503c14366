package sbi_test

import (
	"encoding/json"
	"testing"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/capture/sbi"
)

// Whatever a reader sends, an answer holds only fingers that were asked for, each once, with images inside the bounds.
func FuzzAnswer(f *testing.F) {
	m, r := newMaker(f, nil), request(biometrics.RightIndex, biometrics.RightMiddle)
	f.Add(m.body(f, r, given(biometrics.RightIndex, biometrics.RightMiddle), nil))
	f.Add([]byte(`{"biometrics":[{"specVersion":"0.9.5","error":{"errorCode":"101","errorInfo":""}}]}`))
	f.Add([]byte(`{"biometrics":[{"error":{"errorCode":109}},{"data":"a.b.c","hash":null}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		a, err := m.verifier().Answer(reader(), r, body)
		if err != nil {
			return
		}
		if len(a.Prints) != 2 || a.Prints[0].Position == a.Prints[1].Position {
			t.Fatal("not the fingers that were asked for")
		}
	})
}

// A text is believed only when it is what the maker signed.
func FuzzVerify(f *testing.F) {
	m := newMaker(f, nil)
	token, err := m.signer.Sign([]byte("payload"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(token)
	f.Add("a.b.c")
	f.Add("eyJhbGciOiJub25lIn0..")
	f.Fuzz(func(t *testing.T, token string) {
		payload, _, err := m.trust().Verify(token)
		if err == nil && string(payload) != "payload" {
			t.Fatal("believed what nobody signed")
		}
	})
}

// What a service reads of a request can be read again after it was written.
func FuzzRequest(f *testing.F) {
	raw, err := json.Marshal(request(rightFour()...))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add([]byte(`{"timeout":"5000","bio":[{"type":"Finger","count":"1","bioSubType":["UNKNOWN"],"deviceSubId":"0","requestedScore":null}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := sbi.ParseCaptureRequest(body)
		if err != nil {
			return
		}
		asked, err := r.Asked()
		if err != nil {
			return
		}
		if n := len(asked.Fingers); n == 0 || n > 20 || asked.MinQuality < 0 || asked.MinQuality > 100 || asked.Timeout < 0 {
			t.Fatalf("out of bounds: %+v", asked)
		}
		if _, err := json.Marshal(r); err != nil {
			t.Fatal(err)
		}
	})
}

// Information that is not signed makes nobody ready.
func FuzzReaders(f *testing.F) {
	m := newMaker(f, nil)
	f.Add([]byte(`[{"deviceInfo":"eyJkZXZpY2VTdGF0dXMiOiJSZWFkeSJ9","error":{"errorCode":"100"}}]`))
	f.Add([]byte(`{"deviceInfo":"a.b.c"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		readers, err := m.trust().Readers(body)
		if err != nil {
			return
		}
		for _, r := range readers {
			if r.State != "not_registered" {
				t.Fatal("ready without a signature")
			}
		}
		_, _ = sbi.ParseDevices(body)
	})
}
