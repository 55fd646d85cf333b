// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

/// @title Keys that a deployment lets in
/// @notice On the local network everything is allowed until the owner says otherwise.
contract Allowlist is Ownable {
    event AllowAllSet(bool allowAll);
    event ItemAllowed(bytes32 key);
    event ItemNotAllowed(bytes32 key);

    bool public allowAll = true;
    mapping(bytes32 key => bool) public allowedItems;

    constructor() Ownable(msg.sender) {}

    function isAllowed(bytes32 key) external view returns (bool) {
        return allowAll || allowedItems[key];
    }

    function setAllowAll(bool newAllowAll) external onlyOwner {
        allowAll = newAllowAll;
        emit AllowAllSet(newAllowAll);
    }

    function setAllowed(bytes32 key) external onlyOwner {
        allowedItems[key] = true;
        emit ItemAllowed(key);
    }

    function setNotAllowed(bytes32 key) external onlyOwner {
        allowedItems[key] = false;
        emit ItemNotAllowed(key);
    }
}
