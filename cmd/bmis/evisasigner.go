package main

import (
	"crypto/rand"
	"encoding/pem"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/openbmis/openbmis/evisa/issue"
)

type evisaSignerCommand struct {
	List   evisaSignerListCommand   `cmd:"" default:"withargs" help:"Print the certificates of the signer of visa seals, for publication."`
	Revoke evisaSignerRevokeCommand `cmd:"" help:"Revoke a certificate of the signer of visa seals: no seal of it is believed any more."`
}

type evisaSignerListCommand struct {
	Dir string `arg:"" help:"Folder of the signer: BMIS_VISA_SEAL, or keys/visa below the centre's data directory. No key of it is read."`
}

// Run prints each certificate, with the authority above it, as PEM behind what it is.
func (c evisaSignerListCommand) Run(a *app) error {
	list, err := issue.CertificatesIn(c.Dir)
	if err != nil {
		return usageError{err}
	}
	revoked, err := issue.RevokedIn(c.Dir)
	if err != nil {
		return usageError{err}
	}
	seen := map[string]bool{}
	for _, p := range list {
		for _, one := range []issue.Published{p, {Certificate: p.Root, Root: p.Root}} {
			if seen[one.Fingerprint()] {
				continue
			}
			seen[one.Fingerprint()] = true
			cert, standing := one.Certificate, ""
			if slices.Contains(revoked, issue.Reference(cert)) {
				standing = ", REVOKED"
			}
			text := fmt.Sprintf("# %s, reference %s, %s to %s%s\n# SHA-256 %s\n%s", cert.Subject, issue.Reference(cert), cert.NotBefore.UTC().Format(time.DateOnly),
				cert.NotAfter.UTC().Format(time.DateOnly), standing, one.Fingerprint(), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw}))
			if _, err := io.WriteString(a.Out, text); err != nil {
				return fmt.Errorf("write the certificates: %w", err)
			}
		}
	}
	return nil
}

type evisaSignerRevokeCommand struct {
	Dir       string `arg:"" help:"Folder of the signer, on the centre's machine; run it as the account that the centre runs as."`
	Reference string `arg:"" help:"Reference of the certificate, as bmis evisa signer list prints it."`
}

// Help is shown by bmis evisa signer revoke --help.
func (evisaSignerRevokeCommand) Help() string {
	return `It cannot be undone. Every visa that was sealed with the certificate has to be printed anew. The centre publishes the new list within a minute, and
stations and bmis evisa verify follow it; where the present certificate is revoked, the centre seals with a new key from its next seal on.`
}

// Run revokes the certificate.
func (c evisaSignerRevokeCommand) Run(a *app) error {
	if err := issue.RevokeIn(c.Dir, c.Reference, rand.Reader, a.Now); err != nil {
		return usageError{err}
	}
	if _, err := fmt.Fprintf(a.Out, "revoked %s\n", c.Reference); err != nil {
		return fmt.Errorf("write the result: %w", err)
	}
	return nil
}
