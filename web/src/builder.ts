/** Writes a list of resource and ability pairs, one call for each. */
import { bindMethods } from "./bound.js";
import { LIT_ABILITY, type LitAbility } from "./constants.js";
import {
  LitAccessControlConditionResource,
  LitActionResource,
  LitPKPResource,
  LitRLIResource,
  type ILitResource,
  type LitResourceAbilityRequest,
} from "./resources.js";

/**
 * ```js
 * new ResourceAbilityRequestBuilder().addPKPSigningRequest("*").addLitActionExecutionRequest("*").build()
 * ```
 */
export class ResourceAbilityRequestBuilder {
  #requests: LitResourceAbilityRequest[] = [];

  constructor() {
    bindMethods(this);
  }

  /** Signing with the PKP of that token id (hex), or `*`. */
  addPKPSigningRequest(resourceId: string): this {
    return this.#add(new LitPKPResource(resourceId), LIT_ABILITY.PKPSigning);
  }

  /** Running the action of that CID, or `*`. */
  addLitActionExecutionRequest(resourceId: string): this {
    return this.#add(new LitActionResource(resourceId), LIT_ABILITY.LitActionExecution);
  }

  addAccessControlConditionSigningRequest(resourceId: string): this {
    return this.#add(
      new LitAccessControlConditionResource(resourceId),
      LIT_ABILITY.AccessControlConditionSigning,
    );
  }

  addAccessControlConditionDecryptionRequest(resourceId: string): this {
    return this.#add(
      new LitAccessControlConditionResource(resourceId),
      LIT_ABILITY.AccessControlConditionDecryption,
    );
  }

  /** Spending the capacity credit of that token id (decimal), or `*`. */
  addRateLimitIncreaseAuthRequest(resourceId: string): this {
    return this.#add(new LitRLIResource(resourceId), LIT_ABILITY.RateLimitIncreaseAuth);
  }

  /** The requests so far, in the order of the calls. */
  build(): LitResourceAbilityRequest[] {
    return [...this.#requests];
  }

  #add(resource: ILitResource, ability: LitAbility): this {
    this.#requests.push({ resource, ability });
    return this;
  }
}
