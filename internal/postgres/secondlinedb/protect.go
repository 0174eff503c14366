package secondlinedb

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border/protection"
	"github.com/openbmis/openbmis/internal/audit"
)

// Protect tells the protection service of a traveller in the caller's transaction; protectiondb.Store.SignalTx does.
type Protect func(ctx context.Context, tx pgx.Tx, actor audit.Actor, signal protection.Signal) error
