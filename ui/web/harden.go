package web

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/openbmis/openbmis/internal/problem"
)

// policy is the content security policy of a response; one nonce each, never used again. No unsafe source of any kind.
func policy(nonce string) string {
	return "default-src 'none'; script-src 'nonce-" + nonce + "'; style-src 'self'; img-src 'self' blob: data:; " +
		"connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; " +
		"require-trusted-types-for 'script'; trusted-types htmx"
}

// hardened sets the headers that keep a page to itself.
func (s *Server) hardened(next echo.HandlerFunc) echo.HandlerFunc {
	return func(ec echo.Context) error {
		c, err := own(ec)
		if err != nil {
			return err
		}
		h := c.Response().Header()
		h.Set("Content-Security-Policy", policy(c.nonce))
		h.Set("Strict-Transport-Security", "max-age=63072000")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Permissions-Policy", "geolocation=(), microphone=(), camera=(), usb=(), payment=()")
		h.Set("X-Request-Id", c.requestID)
		if r, ok := s.routeOf(c); !ok || !r.Cacheable {
			h.Set("Cache-Control", "no-store")
		}
		return next(ec)
	}
}

// limited bounds the body. A body that says its length and is too long is refused before it is read.
func (s *Server) limited(next echo.HandlerFunc) echo.HandlerFunc {
	return func(ec echo.Context) error {
		c, err := own(ec)
		if err != nil {
			return err
		}
		limit := int64(DefaultMaxBody)
		if r, ok := s.routeOf(c); ok {
			limit = r.MaxBody
			if r.Files && !strings.HasPrefix(c.Request().Header.Get("Content-Type"), "multipart/") {
				limit = min(limit, DefaultMaxBody)
			}
		}
		request := c.Request()
		if request.ContentLength > limit {
			return bodyTooLarge(limit)
		}
		if request.Body != nil {
			request.Body = http.MaxBytesReader(c.Response(), request.Body, limit)
		}
		return next(ec)
	}
}

func bodyTooLarge(limit int64) error {
	return problem.New(problem.Invalid, "body_too_large").With("limit", limit>>10)
}

// sameOrigin refuses a change that another site asks for (Sec-Fetch-Site, Origin). A request with neither header, which
// net/http lets through for programs, is refused where a cookie speaks for a person.
func (s *Server) sameOrigin(next echo.HandlerFunc) echo.HandlerFunc {
	return func(ec echo.Context) error {
		c, err := own(ec)
		if err != nil {
			return err
		}
		request := c.Request()
		refused := problem.New(problem.Forbidden, "origin_refused")
		if err := s.origin.Check(request); err != nil {
			return refused.Because(err)
		}
		r, known := s.routeOf(c)
		personal := known && (!r.Public || r.FromBrowser)
		silent := request.Header.Get("Sec-Fetch-Site") == "" && request.Header.Get("Origin") == ""
		if personal && silent && !safe(request.Method) {
			return refused
		}
		return next(ec)
	}
}

func safe(method string) bool {
	return strings.Contains(" GET HEAD OPTIONS ", " "+method+" ")
}
