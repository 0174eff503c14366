package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/openbmis/openbmis/traveldoc/pki"
	"github.com/openbmis/openbmis/traveldoc/trust"
)

// chipTrust are the flags that name trust material. Commands embed it.
type chipTrust struct {
	Trust []string `sep:"none" placeholder:"FILE" help:"Trust material to verify with: master list, certificate, LDIF, deviation list. May be repeated."`
	CRL   []string `name:"crl" sep:"none" placeholder:"FILE" help:"A file of revocation lists and of nothing else. May be repeated."`
}

func (c chipTrust) anyTrust() bool { return len(c.Trust)+len(c.CRL) > 0 }

// maxTrustFile is more than any list published.
const maxTrustFile = 256 << 20

// store is built of the files. What single certificates give may vouch for the signers of lists.
func (c chipTrust) store(now time.Time) (*trust.Store, []trust.Report, error) {
	paths := slices.Concat(c.Trust, c.CRL)
	files := make([][]byte, len(paths))
	var anchors []*pki.Certificate
	for i, path := range paths {
		if path == "" {
			return nil, nil, usageError{errors.New("--trust, --crl: expected the path of a file, found nothing")}
		}
		data, err := readBounded(path, maxTrustFile)
		if err != nil {
			return nil, nil, fmt.Errorf("trust material: %w", err)
		}
		files[i] = data
		if i < len(c.Trust) {
			anchors = append(anchors, singleAnchors(path, data, now)...)
		}
	}
	reports := make([]trust.Report, 0, len(paths)+1)
	var items []trust.Item
	for i, data := range files {
		imported := trust.Import(filepath.Base(paths[i]), data, trust.Options{Now: now, Anchors: anchors})
		if other := notRevocation(imported); i >= len(c.Trust) && other != "" {
			return nil, nil, usageError{fmt.Errorf("--crl %s: expected revocation lists alone, found %s", paths[i], other)}
		}
		reports = append(reports, imported.Report)
		items = append(items, imported.Items...)
	}
	store, refused := trust.NewStore(items, 0, now)
	if len(refused) > 0 {
		reports = append(reports, trust.Report{Kind: trust.FileUnknown, Refused: refused})
	}
	return store, reports, nil
}

// notRevocation names what a file holds that is no revocation list; empty when it holds such lists alone.
func notRevocation(i trust.Imported) string {
	for _, item := range i.Items {
		if item.Kind != trust.CRL {
			return wordsOf(i.Report.Kind) + " with an item of kind " + string(item.Kind)
		}
	}
	for _, inside := range i.Report.Contained {
		if inside.Kind != trust.FileCRL {
			return wordsOf(i.Report.Kind) + " with " + wordsOf(inside.Kind)
		}
	}
	if i.Report.Kind == trust.FileCRL || len(i.Report.Contained) > 0 {
		return ""
	}
	return wordsOf(i.Report.Kind)
}

// wordsOf says what a file holds.
func wordsOf(k trust.FileKind) string {
	switch k {
	case trust.FileCertificate:
		return "a certificate"
	case trust.FileCertificates:
		return "a PEM file"
	case trust.FileCRL:
		return "a revocation list"
	case trust.FileMasterList:
		return "a master list"
	case trust.FileLDIF:
		return "an LDIF file"
	case trust.FileDeviations:
		return "a deviation list"
	case trust.FileUnknown:
	}
	return "nothing that is known as trust material"
}

// maxCertificate is more than any single certificate takes, in PEM too.
const maxCertificate = 64 << 10

// singleAnchors are the authorities in a file that is no list.
func singleAnchors(path string, data []byte, now time.Time) []*pki.Certificate {
	if len(data) > maxCertificate {
		return nil
	}
	imported := trust.Import(filepath.Base(path), data, trust.Options{Now: now})
	if k := imported.Report.Kind; k != trust.FileCertificate && k != trust.FileCertificates {
		return nil
	}
	var anchors []*pki.Certificate
	for _, item := range imported.Items {
		if c, err := pki.ParseCertificate(item.DER); err == nil && item.Kind == trust.CSCA {
			anchors = append(anchors, c)
		}
	}
	return anchors
}
