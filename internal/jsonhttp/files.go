package jsonhttp

import (
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// ReadToken reads the file of a bearer token; an empty path is no token.
func ReadToken(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	text, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		return "", fmt.Errorf("credentials: %w", err)
	}
	token := strings.TrimSpace(string(text))
	if token == "" || strings.ContainsAny(token, " \t\r\n") {
		return "", fmt.Errorf("credentials: expected a token on one line in %s", path)
	}
	return token, nil
}

// ReadRoots reads the file of a root certificate (PEM); an empty path gives nil: the machine's own roots.
func ReadRoots(path string) (*x509.CertPool, error) {
	if path == "" {
		return nil, nil //nolint:nilnil // which is how crypto/tls is told so
	}
	pem, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		return nil, fmt.Errorf("ca: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("ca: expected a certificate in PEM in %s", path)
	}
	return roots, nil
}
