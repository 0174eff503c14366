// Package paydb keeps the fees of applications in the portal's schema: orders, payments, refunds, and what happened to them. It exists so that
// each step of a payment is one transaction that may be repeated, and so that the database itself refuses to count a second payment of a
// group.
//
// It must never change or forget a payment, never count one twice, and never hold anything of a person.
package paydb
