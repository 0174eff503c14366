package sbihttp

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/openbmis/openbmis/biometrics/capture"
	"github.com/openbmis/openbmis/biometrics/capture/sbi"
)

// boundary parts the pictures of a stream.
const boundary = "openbmis-frame"

// stream sends pictures until the caller goes, the stream's time is over, or the agent stops.
func (s *Server) stream(w http.ResponseWriter, r *http.Request) {
	patient(w)
	raw, err := body(w, r)
	var ask sbi.StreamRequest
	if err == nil {
		ask, err = sbi.ParseStreamRequest(raw)
	}
	if err != nil {
		s.answer(w, map[string]any{"error": invalid()})
		return
	}
	if info, err := s.Reader.Info(r.Context()); err != nil || info.State == capture.NotRegistered || info.State == capture.NotReady {
		s.answer(w, map[string]any{"error": sbi.FailureOf(sbi.ErrorOf(sbi.CodeNoStream))})
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), streamTime(ask))
	defer cancel()
	go func() {
		select {
		case <-s.closing:
			cancel()
		case <-ctx.Done():
		}
	}()
	s.pictures(ctx, w, capture.Request{Fingers: sbi.FingersOf(ask.SubID.Int())})
}

func streamTime(ask sbi.StreamRequest) time.Duration {
	if asked := time.Duration(ask.Timeout.Int()) * time.Millisecond; asked > 0 {
		return min(asked, maxStream)
	}
	return maxStream
}

func (s *Server) pictures(ctx context.Context, w http.ResponseWriter, request capture.Request) {
	w.Header().Set("Content-Type", "multipart/x-mixed-replace; boundary="+boundary)
	control := http.NewResponseController(w)
	if _, err := io.WriteString(w, "--"+boundary+"\r\n"); err != nil || control.Flush() != nil {
		return
	}
	_ = s.Reader.Preview(ctx, request, func(jpeg []byte) error { // the caller has gone, or time is over
		_ = control.SetWriteDeadline(time.Now().Add(writeWindow)) // a caller that reads nothing is let go
		_, err := fmt.Fprintf(w, "Content-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%s\r\n--%s\r\n", len(jpeg), jpeg, boundary)
		if err != nil {
			return err
		}
		return control.Flush()
	})
}
