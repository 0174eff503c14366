// Package simhome is what the programs of simulators have in common: a folder with the token that askers show and a certificate authority of its
// own, a server over TLS, and the file of settings for who asks. It must never be part of an installation in service: its token stands beside the
// data of a demo.
package simhome

import (
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/openbmis/openbmis/cmd/internal/node"
	"github.com/openbmis/openbmis/internal/ca"
)

// Home is the folder of a simulator.
type Home struct {
	Dir   string
	Token string // that askers show

	authority *ca.Authority
	tools     node.Tools
}

// Open opens the folder and makes what is missing in it.
func Open(dir string, tools node.Tools) (*Home, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	token, err := openToken(filesIn(dir).Token, tools.Random)
	if err != nil {
		return nil, err
	}
	authority, err := ca.OpenOrCreate(filepath.Join(dir, authorityDir), tools.Random, tools.Now)
	if err != nil {
		return nil, fmt.Errorf("certificate authority: %w", err)
	}
	return &Home{Dir: dir, Token: token, authority: authority, tools: tools}, nil
}

func openToken(path string, random io.Reader) (string, error) {
	text, err := os.ReadFile(filepath.Clean(path))
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return strings.TrimSpace(string(text)), err
	}
	raw := make([]byte, 24)
	if _, err := io.ReadFull(random, raw); err != nil {
		return "", err
	}
	token := hex.EncodeToString(raw)
	return token, os.WriteFile(path, []byte(token+"\n"), 0o600)
}

// TLS is what a server of these names shows, with a certificate of the folder's authority.
func (h *Home) TLS(names []string) (*tls.Config, error) {
	certificate, err := h.authority.Server(names, h.tools.Log)
	if err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	return ca.ServerTLS(certificate.GetCertificate), nil
}

const authorityDir = "ca"

// Files are what an asker needs of a simulator's folder.
type Files struct {
	Dir   string
	Token string
	Root  string // certificate of the authority, PEM
}

// FilesOf names a folder and its files by absolute paths: who reads the settings may work elsewhere.
func FilesOf(dir string) (Files, error) {
	dir, err := filepath.Abs(dir)
	return filesIn(dir), err
}

func filesIn(dir string) Files {
	return Files{Dir: dir, Token: filepath.Join(dir, "token"), Root: filepath.Join(dir, authorityDir, "root.crt")}
}

// WriteSettings writes the file by which a program knows whom to ask.
func WriteSettings(path string, settings any) error {
	text, err := json.MarshalIndent(settings, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o600)
}
