package central

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/openbmis/openbmis/cmd/internal/enrol"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/ca"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/web"
)

// enrol gives a station that holds a token its certificate, and makes its audit log known to the witness.
func (a *app) enrol(c *web.Context) error {
	ask, err := readRequest(c)
	if err != nil {
		return err
	}
	token, err := ca.ParseToken(ask.Token)
	if err != nil {
		return problem.New(problem.Forbidden, "token_refused").At("token")
	}
	key, err := audit.ParsePublicKey(ask.AuditKey)
	if err != nil || key.Name() != token.Station {
		return problem.New(problem.Invalid, "audit_key_invalid").At("audit_key")
	}
	chain, err := a.enrolment.Redeem(c.Ctx(), token, ask.CSR)
	if err != nil {
		return err
	}
	// The token is an administrator's word that this machine is the station now, so a new audit log under the old name is right.
	if err := a.witness.EnrolAnew(c.Ctx(), ask.AuditKey); err != nil {
		return fmt.Errorf("enrol station %s: %w", token.Station, err)
	}
	return c.JSON(http.StatusOK, enrol.Answer{
		Chain: string(ca.EncodeChain(chain...)), NATS: a.advertised(), WitnessKey: a.secrets.Audit.Public(),
	})
}

// renew gives a station a fresh certificate over a connection on which it showed the present one.
func (a *app) renew(c *web.Context) error {
	state := c.Request().TLS
	if state == nil || len(state.PeerCertificates) == 0 {
		return problem.New(problem.Forbidden, "certificate_denied")
	}
	ask, err := readRequest(c)
	if err != nil {
		return err
	}
	chain, err := a.enrolment.Renew(c.Ctx(), state.PeerCertificates[0], ask.CSR)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, enrol.Answer{
		Chain: string(ca.EncodeChain(chain...)), NATS: a.advertised(), WitnessKey: a.secrets.Audit.Public(),
	})
}

func readRequest(c *web.Context) (ask enrol.Request, err error) {
	if err := json.NewDecoder(c.Request().Body).Decode(&ask); err != nil {
		return ask, problem.New(problem.Invalid, "request_invalid").Because(err)
	}
	return ask, nil
}
