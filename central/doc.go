// Package central is the analysts' side of the centre: the values they read (crossings, histories, flows, stations), the
// questions they may ask, and the national alert list as its writer sees it. It declares what it needs of storage as small
// interfaces. It must never hold SQL, and never answer a question about a person that does not say what it is for.
package central
