package sbihttp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/openbmis/openbmis/biometrics/capture"
	"github.com/openbmis/openbmis/biometrics/capture/sbi"
)

// ServerOptions are what a Server is made of.
type ServerOptions struct {
	Reader capture.Reader // the driver; Record of its prints is what is sent on
	Signer sbi.Signer
	Now    func() time.Time
	Log    *slog.Logger
	// URL is where callers reach the service: callbackId.
	URL string
	// Hosts are the names by which it may be asked, without port: a page that reaches it under another name does not (DNS rebinding).
	Hosts []string
	// Origins may ask from a browser (CORS), such as https://station.example:8443. None by default: browsers talk to the station.
	Origins []string
	// Version is the agent's release.
	Version string
	// Seal encrypts the prints of CAPTURE; nil refuses CAPTURE, as no domain's key is known.
	Seal func(b *sbi.Biometric, d *sbi.Data, record []byte) error
	// Break says how the next answer to a capture is spoilt; nil never does. For simulators.
	Break func() Break
}

// Server is a device service. One print is taken at a time; whoever asks meanwhile is told that it is busy.
type Server struct {
	ServerOptions
	taking  sync.Mutex
	mux     *http.ServeMux
	closing chan struct{}
	once    sync.Once
}

// DeviceID is the internal id of the agent's only device.
const DeviceID = "1"

const (
	maxRequest  = 64 << 10
	maxTimeout  = 2 * time.Minute
	maxStream   = 10 * time.Minute
	writeWindow = 10 * time.Second
)

// NewServer makes the service.
func NewServer(o ServerOptions) *Server {
	s := &Server{ServerOptions: o, mux: http.NewServeMux(), closing: make(chan struct{})}
	for _, r := range []struct {
		path    string
		methods []string
		handle  http.HandlerFunc
	}{
		{sbi.PathDiscover, []string{sbi.MethodDiscover}, s.discover},
		{sbi.PathInfo, []string{sbi.MethodInfo, sbi.MethodInfoToo}, s.info},
		{sbi.PathCapture, []string{sbi.MethodCapture, sbi.MethodRCapture}, s.capture},
		{sbi.PathStream, []string{sbi.MethodStream}, s.stream},
	} {
		s.mux.HandleFunc(r.path, only(r.methods, r.handle))
	}
	return s
}

// Close ends streams; a server that shuts down would wait for them.
func (s *Server) Close() { s.once.Do(func() { close(s.closing) }) }

func only(methods []string, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !slices.Contains(methods, r.Method) {
			w.Header().Set("Allow", strings.Join(append(methods, http.MethodOptions), ", "))
			http.Error(w, "expected "+strings.Join(methods, " or "), http.StatusMethodNotAllowed)
			return
		}
		next(w, r)
	}
}

// Handles reports whether a path is one of the interface.
func (s *Server) Handles(path string) bool {
	return slices.Contains([]string{sbi.PathDiscover, sbi.PathInfo, sbi.PathCapture, sbi.PathStream}, path)
}

// ServeHTTP answers the interface's verbs.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if !KnownHost(r.Host, s.Hosts) {
		http.Error(w, "unknown host", http.StatusMisdirectedRequest)
		return
	}
	if done := s.cors(w, r); done {
		return
	}
	s.mux.ServeHTTP(w, r)
}

func (s *Server) discover(w http.ResponseWriter, r *http.Request) {
	var ask sbi.DiscoverRequest
	if raw, err := body(w, r); err != nil || len(raw) > 0 && json.Unmarshal(raw, &ask) != nil {
		s.answer(w, []sbi.Device{{Error: invalid()}})
		return
	}
	if ask.Type != "" && !strings.EqualFold(ask.Type, sbi.TypeAny) && !strings.EqualFold(ask.Type, sbi.TypeFinger) {
		s.answer(w, []sbi.Device{})
		return
	}
	info, err := s.Reader.Info(r.Context())
	if errors.Is(err, capture.ErrUnreachable) {
		s.answer(w, []sbi.Device{})
		return
	}
	d := s.device(info)
	d.Error = sbi.FailureOf(err)
	s.answer(w, []sbi.Device{d})
}

func invalid() *sbi.Failure {
	return sbi.FailureOf(&sbi.DeviceError{Code: sbi.CodeInvalid, Err: capture.ErrFailed})
}

func (s *Server) info(w http.ResponseWriter, r *http.Request) {
	info, err := s.Reader.Info(r.Context())
	if err != nil {
		s.answer(w, []sbi.InfoItem{{Error: sbi.FailureOf(err)}})
		return
	}
	failure := sbi.FailureOf(nil)
	if info.State == capture.NotRegistered {
		failure = sbi.FailureOf(sbi.ErrorOf(sbi.CodeNotRegistered))
	}
	item, err := s.Signer.MarshalInfo(s.deviceInfo(info), s.identity(info), failure)
	if err != nil {
		s.Log.Error("capture agent: sign", "error", err)
		item = sbi.InfoItem{Error: sbi.FailureOf(capture.ErrFailed)}
	}
	s.answer(w, []sbi.InfoItem{item})
}

func (s *Server) capture(w http.ResponseWriter, r *http.Request) {
	patient(w)
	raw, err := body(w, r)
	if err != nil {
		s.answer(w, sbi.CaptureResponse{Biometrics: []sbi.Biometric{{SpecVersion: sbi.SpecVersion, Error: invalid()}}})
		return
	}
	request, err := sbi.ParseCaptureRequest(raw)
	if err != nil {
		s.answer(w, sbi.Refuse(&sbi.DeviceError{Code: sbi.CodeInvalid, Err: capture.ErrFailed}))
		return
	}
	broken := s.broken()
	if broken.Hang {
		s.hang(r.Context())
		return
	}
	response, err := s.respond(r, request, broken)
	if err != nil {
		response = sbi.Refuse(err)
	}
	if broken.Drop {
		drop(w)
		return
	}
	s.answer(w, response)
}

func (s *Server) respond(r *http.Request, request sbi.CaptureRequest, broken Break) (sbi.CaptureResponse, error) {
	service := sbi.Service{Signer: s.Signer, Version: sbi.SpecVersion}
	if r.Method == sbi.MethodCapture {
		if service.Seal = s.Seal; s.Seal == nil {
			return sbi.CaptureResponse{}, sbi.ErrorOf(sbi.CodeNoDomainKey)
		}
	}
	asked, err := request.Asked()
	if err != nil {
		return sbi.CaptureResponse{}, err
	}
	taken, err := s.take(r.Context(), asked)
	if err != nil {
		return sbi.CaptureResponse{}, err
	}
	service.Identity = s.identity(taken.Info)
	return broken.respond(service, request, givenOf(taken, s.Now()))
}

// take has the driver take prints, one request at a time.
func (s *Server) take(ctx context.Context, asked capture.Request) (capture.Capture, error) {
	if !s.taking.TryLock() {
		return capture.Capture{}, capture.ErrBusy
	}
	defer s.taking.Unlock()
	if asked.Timeout <= 0 {
		asked.Timeout = DefaultTimeout
	}
	asked.Timeout = min(asked.Timeout, maxTimeout)
	ctx, cancel := context.WithTimeout(ctx, asked.Timeout)
	defer cancel()
	taken, err := s.Reader.Capture(ctx, asked)
	if errors.Is(err, context.DeadlineExceeded) {
		return taken, capture.ErrTimeout
	}
	return taken, err
}

func givenOf(taken capture.Capture, now time.Time) []sbi.Given {
	at := taken.At
	if at.IsZero() {
		at = now
	}
	var all []sbi.Given
	for _, p := range taken.Prints {
		g := sbi.Given{Position: p.Position, Record: p.Record, At: at, Err: p.Problem}
		if p.DeviceQuality != nil {
			g.Quality = *p.DeviceQuality
		}
		all = append(all, g)
	}
	return all
}

func body(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	return io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
}

// patient lets a request take longer than what a server allows the usual one.
func patient(w http.ResponseWriter) {
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Time{}) // a writer without deadlines has none to lift
	_ = control.SetWriteDeadline(time.Time{})
}

func (s *Server) answer(w http.ResponseWriter, message any) {
	raw, err := json.Marshal(message)
	if err != nil {
		s.Log.Error("capture agent: answer", "error", err)
		http.Error(w, "no answer", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", fmt.Sprint(len(raw)))
	_, _ = w.Write(raw) // the asker has gone otherwise
}

func (s *Server) hang(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-s.closing:
	}
}
