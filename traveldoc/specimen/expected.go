package specimen

import (
	"strings"

	"github.com/openbmis/openbmis/traveldoc"
)

// expectGenuine is what is found of a genuine passport with a chip.
func expectGenuine() Expected {
	e := Expected{Steps: map[string]traveldoc.Verdict{}}
	e.set(traveldoc.Pass,
		"mrz.structure", "mrz.document_number_digit", "mrz.birth_date_digit", "mrz.expiry_date_digit", "mrz.composite_digit",
		"mrz.document_code", "mrz.issuing_state", "mrz.nationality", "mrz.birth_date", "mrz.expiry_date",
		"viz.document_number", "viz.birth_date", "viz.name", "viz.expiry_date", "viz.sex", "viz.nationality", "viz.issuing_state",
		"chip.read", "chip.dg1_mrz", "chip.dg11_name", "chip.dg11_birth_date",
		"chip.sod_structure", "chip.sod_signature", "chip.hash_dg1", "chip.hash_dg2", "chip.hash_dg7", "chip.hash_dg11", "chip.hash_dg12",
		"chip.hash_dg14", "chip.hash_dg15", "chip.com_sod", "chip.chain", "chip.validity_at_signing", "chip.validity_now", "chip.revocation",
		"chip.country", "chip.document_type", "chip.active_authentication", "chip.chip_authentication",
	)
	return e
}

func (e Expected) set(v traveldoc.Verdict, steps ...string) {
	for _, s := range steps {
		e.Steps[s] = v
	}
}

func (e Expected) fail(steps ...string) { e.set(traveldoc.Fail, steps...) }

// without leaves out the steps below a prefix: there is nothing to do them with.
func (e Expected) without(prefix string) {
	for s := range e.Steps {
		if strings.HasPrefix(s, prefix) {
			delete(e.Steps, s)
		}
	}
}
