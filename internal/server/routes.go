package server

import (
	"marquis/internal/lab"
	"marquis/internal/page"
)

// routes are all ways in. docs/permissions.md is made from this list, and a test
// walks it as everybody who may and may not.
func routes() []route { //nolint:funlen // one list of all ways in
	administrators := page.Strictly(page.Holders(lab.Administrator))
	verifiers, publishers := page.Strictly(page.Able(lab.VerifyAnalysis)), page.Strictly(page.Able(lab.PublishResult))
	return []route{
		// the program
		{get, "/livez", page.Everybody, livez},
		{get, "/readyz", page.Everybody, readyz},
		{get, "/readyz/write", page.Everybody, readyzWrite},
		{get, "/assets/:name", page.Everybody, showAsset},
		{get, securityPath, page.Everybody, securityText},

		// the public
		{get, "/", page.Everybody, home},
		{get, "/lookup", page.Everybody, toHome},
		{post, "/lookup", page.Everybody, lookUp},
		{get, resultPath, page.Bearers, showResult},
		{get, "/privacy", page.Everybody, privacy},

		{get, "/figures", page.Everybody, figuresStart},
		{get, "/figures/search", page.Everybody, figuresSearch},
		{get, "/figures/products/:product", page.Everybody, figuresOf},
		{get, "/figures/products/:product/tables/:file", page.Everybody, figuresFile},
		{get, "/figures/:year", page.Everybody, figuresOf},
		{get, "/figures/:year/tables/:file", page.Everybody, figuresFile},
		{get, "/figures/:year/:product", page.Everybody, figuresOf},
		{get, "/figures/:year/:product/tables/:file", page.Everybody, figuresFile},

		// signing in, and one's own account
		{get, signInPath, page.Everybody, signInForm},
		{post, signInPath, page.Everybody, signIn},
		{post, "/sign-out", page.Halfway, signOut},
		{get, "/invitation", page.Everybody, invitationForm},
		{post, "/invitation", page.Everybody, acceptInvitation},
		{get, "/second-factor", page.Halfway, secondFactorForm},
		{post, "/second-factor", page.Halfway, secondFactor},
		{get, "/account", page.Staff, accountForm},
		{post, "/account", page.Staff, changePassword},
		{get, "/account/authenticator", page.Newcomers, authenticatorForm},
		{post, "/account/authenticator", page.Newcomers, setAuthenticator},
		{get, "/account/sessions", page.Staff, sessionsForm},
		{post, "/account/sessions", page.Staff, endOtherSession},
		{get, "/staff", page.Staff, staffStart},

		// the counter
		{get, "/counter", page.Able(lab.RegisterSample), counter},
		{get, "/counter/:service", page.Able(lab.RegisterSample), counterDay},
		{post, "/counter/:service/new", page.Able(lab.RegisterSample), newDraft},
		{post, "/counter/:service/turned-away", page.Able(lab.RegisterSample), turnAway},
		{get, "/counter/:service/drafts/:draft", page.Able(lab.RegisterSample), draftForm},
		{post, "/counter/:service/drafts/:draft", page.Able(lab.RegisterSample), registerDraft},
		{post, "/counter/:service/drafts/:draft/save", page.Able(lab.RegisterSample), saveDraft},
		{post, "/counter/:service/drafts/:draft/drop", page.Able(lab.RegisterSample), dropDraft},
		{get, "/samples/:number/code", page.Able(lab.ReplaceCode), replaceCodeForm},
		{post, "/samples/:number/code", page.Able(lab.ReplaceCode), replaceLostCode},
		{get, "/samples/:number/description", page.Able(lab.ChangeSample), describeForm},
		{post, "/samples/:number/description", page.Able(lab.ChangeSample), describe},
		{post, "/samples/:number/next", page.Able(lab.RegisterSample), nextSample},
		{get, "/suggest/products", page.Holders(nameRoles...), suggestProducts},
		{get, "/suggest/substances", page.Holders(nameRoles...), suggestSubstances},

		// the laboratory, verification and release
		{get, "/work", page.Holders(lab.RecordRoles...), worklist},
		{post, "/work/:service/not-analysed", page.Able(lab.MoveSample), notAnalysed},
		{get, "/work/:service/publish", publishers, releaseAllForm},
		{post, "/work/:service/publish", publishers, releaseAll},
		{get, "/samples/:number", page.Holders(lab.RecordRoles...), showRecord},
		{post, "/samples/:number/move", page.Able(lab.MoveSample), moveSample},
		{post, "/samples/:number/exclusion", page.Able(lab.ExcludeSample), excludeSample},
		{get, "/samples/:number/analyses/new", page.Able(lab.EnterAnalysis), analysisForm},
		{post, "/samples/:number/analyses/new", page.Able(lab.EnterAnalysis), saveAnalysis},
		{get, "/samples/:number/analyses/:analysis", page.Able(lab.EnterAnalysis), analysisForm},
		{post, "/samples/:number/analyses/:analysis", page.Able(lab.EnterAnalysis), saveAnalysis},
		{get, "/samples/:number/analyses/:analysis/retraction", page.Able(lab.RetractAnalysis), retractionForm},
		{post, "/samples/:number/analyses/:analysis/retraction", page.Able(lab.RetractAnalysis), retractAnalysis},
		{get, "/samples/:number/analyses/:analysis/verify", verifiers, verifyForm},
		{post, "/samples/:number/analyses/:analysis/verify", verifiers, verifyAnalysis},
		{post, "/samples/:number/analyses/:analysis/question", page.Strictly(page.Able(lab.AskAboutAnalysis)), askAnalysis},
		{post, "/samples/:number/questions/:question", page.Able(lab.AnswerQuestion), answerQuestion},
		{get, "/samples/:number/release", publishers, releaseForm},
		{post, "/samples/:number/release", publishers, release},
		{post, "/samples/:number/withdrawal", page.Strictly(page.Able(lab.WithdrawResult)), withdraw},
		{get, "/samples/:number/read-out", page.Able(lab.TellResult), readOut},
		{post, "/samples/:number/read-out", page.Able(lab.TellResult), tellResult},
		{get, "/methods", page.Holders(lab.Laboratory, lab.Verifier, lab.Administrator), methods},
		{get, "/methods/new", administrators, newMethodForm},
		{post, "/methods/new", administrators, addMethod},

		// figures for staff
		{get, "/statistics", page.Holders(lab.FigureRoles...), statisticsOf},
		{get, "/statistics/tables/:file", page.Strictly(page.Holders(lab.FigureRoles...)), statisticsFile},
		{get, "/reports", page.Strictly(page.Holders(lab.FigureRoles...)), reportsForm},
		{post, "/reports", page.Strictly(page.Holders(lab.FigureRoles...)), makeReport},
		{get, "/reports/:job", page.Strictly(page.Holders(lab.FigureRoles...)), showReport},
		{get, "/reports/:job/progress", page.Strictly(page.Holders(lab.FigureRoles...)), reportProgress},
		{get, "/reports/:job/file", page.Strictly(page.Holders(lab.FigureRoles...)), reportFile},

		// people
		{get, "/people", administrators, people},
		{post, "/people", administrators, addPerson},
		{get, "/people/new", administrators, newPersonForm},
		{get, "/people/:user", administrators, personForm},
		{post, "/people/:user", administrators, setRoles},
		{post, "/people/:user/disabled", administrators, disablePerson},
		{post, "/people/:user/invitation", administrators, invitePerson},
		{post, "/people/:user/sessions", administrators, endSessionsOfPerson},

		// the clock, for administrators of all services
		{get, "/clock", administrators, clockForm},
		{post, "/clock", administrators, confirmClock},

		// services
		{get, "/services", administrators, services},
		{post, "/services", administrators, addService},
		{get, "/services/new", administrators, newServiceForm},
		{get, "/services/:service", administrators, serviceForm},
		{post, "/services/:service/locations", administrators, addLocation},
		{post, "/services/:service/second-factor", administrators, requireSecondFactor},
	}
}
