import { agentRoute } from "@/lib/agents/agent-route";

const answer = agentRoute();

export { answer as GET, answer as HEAD, answer as POST, answer as PUT };
