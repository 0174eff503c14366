package sbihttp

import (
	"net/http"
	"strings"
	"time"

	"github.com/openbmis/openbmis/biometrics/capture/sbi"
)

// Break is how a simulator spoils an answer, so that it is seen that nobody believes it. The zero value spoils nothing.
type Break struct {
	Signature   bool        // the data are changed after they were signed
	Stranger    *sbi.Signer // signs in the place of the device
	Unsigned    bool        // algorithm "none"
	Hash        bool        // the chain of hashes is broken
	Transaction bool        // the answer is of another transaction
	Shift       time.Duration
	Hang        bool // no answer ever comes
	Drop        bool // the connection is cut in the middle of the answer
}

func (s *Server) broken() Break {
	if s.Break == nil {
		return Break{}
	}
	return s.Break()
}

func (b Break) respond(service sbi.Service, request sbi.CaptureRequest, given []sbi.Given) (sbi.CaptureResponse, error) {
	if b.Transaction {
		request.TransactionID += "-other"
	}
	if b.Stranger != nil {
		service.Signer = *b.Stranger
	}
	for i := range given {
		given[i].At = given[i].At.Add(b.Shift)
	}
	response, err := service.Respond(request, given)
	for i := range response.Biometrics {
		b.spoil(&response.Biometrics[i])
	}
	return response, err
}

func (b Break) spoil(of *sbi.Biometric) {
	if of.Data == "" {
		return
	}
	parts := strings.Split(of.Data, ".")
	if b.Signature {
		parts[1] = flip(parts[1], len(parts[1])/2)
	}
	if b.Unsigned {
		parts[0], parts[2] = sbi.UnsignedHeader(), ""
	}
	of.Data = strings.Join(parts, ".")
	if b.Hash {
		of.Hash = flip(of.Hash, 0)
	}
}

// flip changes one letter of base64url or hex.
func flip(text string, at int) string {
	other := byte('0')
	if text[at] == other {
		other = '1'
	}
	return text[:at] + string(other) + text[at+1:]
}

// drop cuts the connection where an answer was promised.
func drop(w http.ResponseWriter) {
	w.Header().Set("Content-Length", "1000000")
	w.WriteHeader(http.StatusOK)
	control := http.NewResponseController(w)
	_ = control.Flush()
	connection, _, err := control.Hijack()
	if err == nil {
		_ = connection.Close()
	}
}
